select id, email from users order by id;
select id, user_id, body from posts;
