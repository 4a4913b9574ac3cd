create table t (id integer primary key);
create rule r as on insert to t do instead nothing;
