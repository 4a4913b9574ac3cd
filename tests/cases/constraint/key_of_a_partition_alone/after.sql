create table public.e (id int not null, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
alter table public.e_1 add unique (a);
