select * from t_1;
