create table u (a int not null);
create sequence t_a_seq as int owned by u.a;
alter table u alter a set default nextval('t_a_seq');
