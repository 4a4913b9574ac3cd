select id, name from t;
