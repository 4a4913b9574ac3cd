select * from public.t order by id;
select nextval('public.t_id_seq');
