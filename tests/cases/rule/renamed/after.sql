create table t (id integer primary key);
create rule "B c" as on delete to t do instead nothing;
