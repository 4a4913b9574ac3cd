create table old (id integer primary key);
alter default privileges in schema public grant select on tables to role_a;
alter default privileges in schema public grant usage on sequences to role_a;
create table new (id serial primary key);
create view seen as select id from new;
