create table public.e (a text default 'x', id int not null) partition by range (id);
create table public.e_1 (id int constraint e_id_not_null not null, a text default 'x');
create index e_1_a_idx on public.e_1 (a);
create index e_a on public.e (a);
alter table public.e attach partition public.e_1 for values from (0) to (100);
