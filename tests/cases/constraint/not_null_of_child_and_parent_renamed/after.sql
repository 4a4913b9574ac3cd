create table p (a int constraint pz not null);
create table c (a int constraint pz not null) inherits (p);
create table d () inherits (c);
