create domain y as boolean;
create table t (x y default false, z text, e text default 'a');
create function f(y) returns y language sql as 'select $1';
