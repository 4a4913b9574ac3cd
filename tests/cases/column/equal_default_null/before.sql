create table public.t (a text default null, b varchar default null, c int);
