create table public.e (id int generated always as identity, k int) partition by list (k);
create table public.e_1 partition of public.e for values in (1);
