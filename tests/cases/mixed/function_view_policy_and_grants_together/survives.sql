select id, owner, body from docs;
