create sequence s;
create table u (a int default nextval('s') primary key);
alter sequence s owned by u.a;
create view v as select count(*) from u;
