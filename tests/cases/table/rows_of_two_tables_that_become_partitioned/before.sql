create table q (id int primary key, x text);
create table p (id int primary key, q int references q, pid int references p initially deferred);
create table s (id int references p);
alter table q enable row level security;
