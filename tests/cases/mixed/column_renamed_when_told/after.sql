create table docs (id integer primary key, owner_id integer not null, title text);
create index docs_user on docs (owner_id);
create policy p on docs using (owner_id = 1);
create view v as select id, owner_id as user_id from docs;
create function f(d docs) returns integer language sql stable as 'select d.owner_id';
create function g() returns trigger language plpgsql as 'begin return new; end';
create trigger x before update of owner_id on docs for each row when (new.owner_id > 0) execute function g();
grant update (owner_id) on docs to role_a;
