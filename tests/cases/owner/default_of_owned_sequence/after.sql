create table t (id integer primary key);
create sequence q owned by t.id;
alter table t alter id set default nextval('q');
alter table t owner to role_a;
