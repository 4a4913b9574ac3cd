select id, x from a order by 1; select y, x from b order by 1; select id, x, y from c;
