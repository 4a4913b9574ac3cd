create table p (k int not null, c text, d int, constraint ck check (d > 1)) partition by range (k) ;
create table q (k int not null, a int);
