create table public.t (id int primary key, a bigint, b text, c text);
grant select (a, c), update (b) on public.t to role_a;
grant insert (a) on public.t to role_b;
