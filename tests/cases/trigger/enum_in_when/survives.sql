select id, s::text from t;
