create table q (id int primary key, x text) partition by hash (id);
create table q0 partition of q for values with (modulus 1, remainder 0);
create table p (id int primary key, q int references q, pid int references p initially deferred) partition by range (id);
create table p0 partition of p default;
create index i0 on p (q);
create table s (id int references p);
alter table q enable row level security;
create policy x on q using (id > 3);
