create table public.e (id int, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create view public.v as select e.a, e_1.id from public.e join public.e_1 using (a);
