select id, x, g, y from t order by 1;
