select id, a from t;
