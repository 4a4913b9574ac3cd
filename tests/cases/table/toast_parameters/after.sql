create table public.t (a text) with (toast.autovacuum_vacuum_threshold = 200);
