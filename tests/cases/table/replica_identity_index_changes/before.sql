create table public.t (a int not null, b int not null);
create unique index t_key on public.t (a);
alter table public.t replica identity using index t_key;
