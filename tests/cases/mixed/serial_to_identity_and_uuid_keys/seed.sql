insert into users (email) values ('a'), ('b');
insert into posts (user_id, body) values (2, 'x');
