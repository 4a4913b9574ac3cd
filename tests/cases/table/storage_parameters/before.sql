create table public.t (id int, a text) with (fillfactor = 70, autovacuum_enabled = false);
create table public.u (id int, a text);
