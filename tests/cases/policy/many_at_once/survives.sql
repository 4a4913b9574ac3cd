select id, owner, team from t;
