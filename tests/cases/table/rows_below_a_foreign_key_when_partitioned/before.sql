create table p (id int primary key, x text);
create table c (pid int references p);
