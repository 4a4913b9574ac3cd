select id, name from authors;
select id, author_id, title, body from posts;
