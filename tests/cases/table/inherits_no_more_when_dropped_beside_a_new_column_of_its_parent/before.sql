create table r0 (b int);
create table r2 (c timestamp) inherits (r0);
