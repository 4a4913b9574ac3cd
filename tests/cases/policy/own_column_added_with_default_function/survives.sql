select id from docs;
