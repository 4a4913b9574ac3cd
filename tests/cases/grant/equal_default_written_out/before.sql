create table t (id integer primary key);
create function f() returns integer language sql as 'select 1';
