create table public.e (id int not null, k int not null, primary key (id, k)) partition by list (k);
create table public.e_1 partition of public.e for values in (1) with (fillfactor = 50);
alter table public.e replica identity full;
alter table public.e_1 replica identity using index e_1_pkey;
alter table public.e enable row level security;
