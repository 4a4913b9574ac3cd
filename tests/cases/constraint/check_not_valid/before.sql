create table public.t (a int check (a > 0), b int);
alter table public.t add constraint b_min check (b > 0) not valid;
