create table public.e (id int, a int, constraint k check (a > 0)) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
