create table r0 (a int primary key) partition by range (a); create table r1 partition of r0 for values from (0) to (10); create table r3 (a int references r0);
