select x, y from a order by 1;
