create type y as enum ('a', 'b');
create table o (id int primary key);
create table p (k int not null, y y, o int references o) partition by list (k);
create table p1 partition of p default;
create publication b for table p;
