select id, body from docs;
