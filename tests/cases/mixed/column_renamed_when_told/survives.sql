select id, user_id from v;
select id, title from docs;
