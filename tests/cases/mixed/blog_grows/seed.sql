insert into authors (name) values ('ann');
insert into posts (author_id, title, body, published) values (1, 'Hello World', 'text', true);
