create table users (id serial primary key, email text not null);
create table posts (id serial primary key, user_id integer not null references users (id), body text);
create view user_posts as select u.email, p.id, p.body from users u join posts p on p.user_id = u.id;
grant usage on sequence users_id_seq, posts_id_seq to role_a;
