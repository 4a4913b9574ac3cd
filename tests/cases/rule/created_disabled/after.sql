create table t (id integer primary key);
create rule a as on delete to t do instead nothing;
alter table t disable rule a;
