create function base() returns integer language sql as 'select 1';
create function f(n integer default base()) returns integer language sql as 'select n';
create view v as select f() as f;
