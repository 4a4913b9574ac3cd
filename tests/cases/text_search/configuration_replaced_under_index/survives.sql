select * from docs;
