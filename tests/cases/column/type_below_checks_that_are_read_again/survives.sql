select a, b, c, x from t;
