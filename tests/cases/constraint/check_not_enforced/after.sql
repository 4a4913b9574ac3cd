create table public.t (a int check (a > 0) not enforced, b int check (b > 0), c int check (c > 0) not enforced);
