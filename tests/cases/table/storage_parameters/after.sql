create table public.t (id int, a text) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = false);
create table public.u (id int, a text) with (parallel_workers = 4, toast_tuple_target = 4096, user_catalog_table = true);
