create table members (id integer primary key, who name);
alter table members enable row level security;
