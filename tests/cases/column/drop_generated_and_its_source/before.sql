create table public.boxes (id int primary key, a int, b int generated always as (a + 1) stored, c int);
