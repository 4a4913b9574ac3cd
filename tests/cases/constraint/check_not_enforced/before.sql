create table public.t (a int check (a > 0), b int check (b > 0) not enforced, c int);
