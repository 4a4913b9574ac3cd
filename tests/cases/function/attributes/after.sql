create function f(n integer) returns setof integer
    language sql stable strict security definer leakproof parallel safe cost 17 rows 3
    as 'select n';
