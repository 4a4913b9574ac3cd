select id, owner::text from docs;
