create table public.t (id serial, a int);
