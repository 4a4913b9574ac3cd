select id, a from e order by 1; select id from f;
