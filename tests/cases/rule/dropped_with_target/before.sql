create table t (id integer primary key);
create table log (id integer);
create rule note as on insert to t do also insert into log values (new.id);
