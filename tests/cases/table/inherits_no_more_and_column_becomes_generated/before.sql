create table p (c uuid);
create table r0 () inherits (p);
