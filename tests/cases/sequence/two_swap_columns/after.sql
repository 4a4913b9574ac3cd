create table t (a int not null);
create table u (a int not null);
create sequence t_a_seq as int owned by u.a;
create sequence u_a_seq as int owned by t.a;
alter table t alter a set default nextval('u_a_seq');
alter table u alter a set default nextval('t_a_seq');
