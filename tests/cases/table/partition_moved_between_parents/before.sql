create table public.hot (id int primary key, a text) partition by range (id);
create table public.cold (id int primary key, a text) partition by range (id);
create table public.part partition of public.hot for values from (0) to (100);
create index on public.hot (a);
