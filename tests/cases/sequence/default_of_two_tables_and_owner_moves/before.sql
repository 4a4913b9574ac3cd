create table public.a (id serial);
create table public.b (id int not null default nextval('public.a_id_seq'));
