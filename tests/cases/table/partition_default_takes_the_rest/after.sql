create table public.e (id int) partition by list (id);
create table public.e_rest partition of public.e for values in (1, 2, 3);
create table public.e_1 partition of public.e default;
