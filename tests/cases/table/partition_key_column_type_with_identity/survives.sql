select id, s from e order by 1;
