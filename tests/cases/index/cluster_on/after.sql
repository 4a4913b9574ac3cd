create table public.t (a int primary key, b int);
create index t_b on public.t (b);
alter table public.t cluster on t_pkey;
create table public.u (a int primary key);
alter table public.u cluster on u_pkey;
