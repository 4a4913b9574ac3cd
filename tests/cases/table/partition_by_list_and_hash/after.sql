create table public.l (id int, region text) partition by list (region);
create table public.l_eu partition of public.l for values in ('de', 'fr', 'it');
create table public.l_none partition of public.l for values in (null);
create table public.l_rest partition of public.l default;
create table public.h (id int) partition by hash (id);
create table public.h_0 partition of public.h for values with (modulus 2, remainder 0);
create table public.h_1 partition of public.h for values with (modulus 4, remainder 1);
create table public.h_3 partition of public.h for values with (modulus 4, remainder 3);
