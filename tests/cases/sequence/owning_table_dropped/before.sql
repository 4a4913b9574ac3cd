create table public.t (id serial, a int);
create table public.u (id int default nextval('public.t_id_seq'));
