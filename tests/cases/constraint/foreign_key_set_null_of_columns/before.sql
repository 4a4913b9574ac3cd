create table public.a (tenant int, id int, primary key (tenant, id));
create table public.b (tenant int, a_id int, constraint k foreign key (tenant, a_id) references public.a on delete set null);
