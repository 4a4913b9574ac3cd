create table t (id integer primary key);
create rule a as on delete to t do instead nothing;
create rule b as on insert to t do instead nothing;
create rule c as on update to t do instead nothing;
alter table t disable rule a;
alter table t enable replica rule b;
alter table t enable always rule c;
