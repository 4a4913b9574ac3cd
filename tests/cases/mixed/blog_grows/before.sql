create table authors (id serial primary key, name varchar(80) not null);
create table posts (id serial primary key, author_id integer not null references authors (id), title varchar(200) not null, body text, published boolean not null default false);
create view published_posts as select p.id, p.title, a.name as author from posts p join authors a on a.id = p.author_id where p.published;
