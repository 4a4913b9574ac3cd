create table public.a (id int primary key);
create table public.e (id int, a_id int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
alter table public.e_1 add constraint own foreign key (a_id) references public.a on delete cascade;
