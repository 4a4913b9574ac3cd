select id, day::date, amount::integer from sales;
