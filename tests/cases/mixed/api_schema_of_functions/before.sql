create schema private;
create table private.todos (id bigint generated always as identity primary key, owner name not null default current_user, title text not null, done boolean not null default false);
create schema api;
create view api.todos as select id, title, done from private.todos;
create function api.done(todo bigint) returns void language sql as 'update private.todos set done = true where id = todo';
grant usage on schema api to role_a;
grant select on api.todos to role_a;
