create table t (id integer primary key, a text, b text);
create view v as select id, a from t;
create rule ins as on insert to v do instead insert into t (id, a) values (new.id, new.a);
comment on rule ins on v is 'kept';
alter view v alter id set default 7;
