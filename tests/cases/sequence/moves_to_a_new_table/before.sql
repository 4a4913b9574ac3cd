create sequence s;
create table t (a int default nextval('s') primary key);
alter sequence s owned by t.a;
create view v as select count(*) from t;
