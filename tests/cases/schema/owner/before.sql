create schema s;
create table s.t (id int);
