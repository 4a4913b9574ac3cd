create sequence public.t_id_seq as int;
create table public.u (id int default nextval('public.t_id_seq'));
