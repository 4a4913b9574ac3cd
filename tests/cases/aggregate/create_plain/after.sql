create aggregate total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
comment on aggregate total(numeric) is 'sum that is never null';
grant execute on function total(numeric) to role_a;
