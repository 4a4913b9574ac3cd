create table public.e (id int not null, k int not null, primary key (id, k)) partition by list (k);
create table public.e_1 partition of public.e for values in (1);
