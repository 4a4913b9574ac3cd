create table docs (id integer primary key, tenant integer);
alter table docs enable row level security;
