create table t (id integer primary key, a text);
create view v as select id, a from t;
create rule ins as on insert to v do instead insert into t values (new.id, new.a);
create rule upd as on update to v where old.id > 0 do instead update t set a = new.a where id = old.id;
create rule upd_rest as on update to v do instead nothing;
comment on rule ins on v is 'writes through';
