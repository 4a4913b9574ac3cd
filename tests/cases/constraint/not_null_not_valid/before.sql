create table public.t (a int, b int not null);
alter table public.t add constraint a_nn not null a not valid;
