create schema one;
create schema two;
create function one.f() returns integer language sql as 'select 1';
create view v as select one.f() as f;
