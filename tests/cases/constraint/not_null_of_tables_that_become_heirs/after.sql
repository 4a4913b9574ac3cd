create table p (a int not null, b int constraint pb not null);
create table q ();
create table c (a int, b int, z int) inherits (p);
create table d (b int) inherits (p);
create table x (a int not null) inherits (p, q);
create table e (constraint ea not null a) inherits (p);
create table f (z int, constraint fa not null a) inherits (c);
