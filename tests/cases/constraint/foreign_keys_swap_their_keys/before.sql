create table a (id int primary key, x int unique);
create table b (id int primary key, a int constraint fk references a, ax int constraint fk2 references a (x) deferrable);
alter table a add b int constraint fkb references b on delete set null;
