select * from public.t order by id;
select last_value, is_called from public.t_id_seq;
