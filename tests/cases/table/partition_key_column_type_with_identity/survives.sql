select id, s from e order by 1;
select last_value from e_id_seq;
select last_value from e_s_seq;
