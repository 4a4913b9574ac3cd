create table t (id integer primary key, owner name);
alter table t enable row level security;
