create table r2 (part int not null, l80 interval not null) partition by list (part);
create table r3 partition of r2 for values in (3, 103);
