create table public.t (a int primary key);
alter table public.t cluster on t_pkey;
