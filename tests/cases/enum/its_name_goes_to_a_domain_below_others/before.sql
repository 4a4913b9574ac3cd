create type y as enum ('a', 'b');
create domain d as y check (value <> 'b');
create type c as (y y);
create table t (x d[], z c, e y default 'a');
create function f(y) returns d language sql as 'select $1';
