select id, c::text from t;
