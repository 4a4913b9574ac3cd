select id, a::text, b from t1;
select id, t1 from t2;
select id, x::numeric(5, 2) from t3;
