create table public.t ();
create table public.u ();
