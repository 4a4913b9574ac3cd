create table public.e (id int not null, a text) partition by hash (id);
create table public.e_1 partition of public.e for values with (modulus 1, remainder 0);
create table public.refs (id int);
