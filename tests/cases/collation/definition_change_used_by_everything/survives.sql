select id, a from t order by id;
