select id, a from e order by 1;
