create schema one;
create schema two;
create function two.f() returns integer language sql as 'select 1';
create view v as select two.f() as f;
