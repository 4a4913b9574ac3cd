create table t (id integer primary key);
create rule r as on delete to t do instead nothing;
