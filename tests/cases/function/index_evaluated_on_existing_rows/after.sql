create function z_half(n integer) returns integer language sql immutable as 'select n / 2';
create function a_key(n integer) returns integer language plpgsql immutable as 'begin return public.z_half(n); end';
create table t (id integer primary key, n integer);
create index t_key on t (a_key(n));
