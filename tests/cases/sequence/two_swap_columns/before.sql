create table t (a serial);
create table u (a serial);
