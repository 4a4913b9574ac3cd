create table a (id integer primary key);
create table b (id integer primary key);
create table c (id integer primary key);
create policy p on a using (true);
alter table b enable row level security;
alter table c enable row level security;
alter table c force row level security;
