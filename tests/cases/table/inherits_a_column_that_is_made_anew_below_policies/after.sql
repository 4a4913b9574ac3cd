create function f(text) returns text language sql immutable as 'select $1';
create table p (a int, b text generated always as (f('a')) stored);
create table d () inherits (p);
create policy y on d using (b > '1');
