create table public.t (a int);
alter table public.t add constraint k check (a > 0) not valid;
alter table public.t validate constraint k;
