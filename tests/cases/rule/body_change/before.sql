create table t (id integer primary key, a text);
create table log (id integer, line text);
create rule note as on insert to t do also insert into log values (new.id, 'new');
