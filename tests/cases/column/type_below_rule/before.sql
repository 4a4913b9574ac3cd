create table public.t (id int primary key, a int);
create table public.log (a int);
create rule log_t as on insert to public.t do also insert into public.log values (new.a);
