create type y as enum ('b');
create table o (id int primary key);
create table q (k int not null, y y, o int references o) partition by list (k);
create table p1 partition of q default;
create publication b for table q;
