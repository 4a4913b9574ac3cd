create domain code as varchar(5);
create function f() returns code language sql as 'select ''a''::code';
create table t (id integer primary key, c code default f());
