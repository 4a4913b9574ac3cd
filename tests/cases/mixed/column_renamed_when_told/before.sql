create table docs (id integer primary key, user_id integer not null, title text);
create index docs_user on docs (user_id);
create policy p on docs using (user_id = 1);
create view v as select id, user_id from docs;
create function f(d docs) returns integer language sql stable as 'select d.user_id';
create function g() returns trigger language plpgsql as 'begin return new; end';
create trigger x before update of user_id on docs for each row when (new.user_id > 0) execute function g();
grant update (user_id) on docs to role_a;
