select a, b::int, c, d, e::date from t;
