create table public.e (id int not null, a text) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (100);
create table public.refs (id int);
