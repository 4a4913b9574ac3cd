create table public.e (id int not null, a text) partition by range (id);
create table public.e_1 (id int not null, a text);
create table public.e_2 partition of public.e for values from (100) to (200);
