create table public.t (a int constraint a_nn not null, b int);
alter table public.t add constraint b_nn not null b not valid;
