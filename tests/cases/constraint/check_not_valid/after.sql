create table public.t (a int, b int, constraint b_min check (b > 0));
alter table public.t add constraint t_a_check check (a > 0) not valid;
