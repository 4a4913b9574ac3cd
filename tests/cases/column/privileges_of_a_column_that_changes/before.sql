create table public.t (id int primary key, a int, b text);
grant select (a, b), update (b) on public.t to role_a;
grant insert (a) on public.t to role_b with grant option;
