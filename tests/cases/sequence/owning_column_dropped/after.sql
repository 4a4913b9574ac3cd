create table public.t (a int);
create sequence public.t_id_seq as int;
