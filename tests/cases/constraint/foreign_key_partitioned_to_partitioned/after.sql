create table public.a (id int primary key) partition by hash (id);
create table public.a_0 partition of public.a for values with (modulus 1, remainder 0);
create table public.b (id int primary key, parent int references public.b, a_id int references public.a on delete set null) partition by hash (id);
create table public.b_0 partition of public.b for values with (modulus 1, remainder 0);
