create schema s authorization role_a;
create table s.t (id int);
alter table s.t owner to role_b;
