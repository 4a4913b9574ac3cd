create table p (a int not null, b int) partition by range (a);
create table k (a int not null primary key, b int);
create table l (a int not null, b int);
