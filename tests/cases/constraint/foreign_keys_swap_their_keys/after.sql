create table a (id bigint, x bigint primary key, unique (id) include (x));
create table b (id bigint primary key, a bigint constraint fk references a (id) match full, ax bigint constraint fk2 references a deferrable initially deferred);
alter table a add b bigint constraint fkb references b on delete set default on update restrict;
alter table a alter b set default 4;
