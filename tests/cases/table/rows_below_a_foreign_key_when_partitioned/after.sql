create table p (id int primary key, x text) partition by range (id);
create table p_all partition of p default;
create table c (pid int references p);
