select * from t_2024;
