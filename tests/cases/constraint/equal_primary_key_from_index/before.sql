create table public.t (a int not null);
create unique index t_pkey on public.t (a);
alter table public.t add primary key using index t_pkey;
