create table public.t (id serial);
alter table public.t owner to role_a;
