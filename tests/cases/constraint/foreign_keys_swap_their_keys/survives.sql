select id, x, b from a;
select id, a, ax from b;
