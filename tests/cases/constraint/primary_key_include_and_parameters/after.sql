create table public.t (id int, a int, primary key (id) include (a) with (fillfactor = 70));
