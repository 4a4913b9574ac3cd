create table p (id int not null, x text);
create table a (id int not null, x text);
create table f(id int, y int not null default 4);
