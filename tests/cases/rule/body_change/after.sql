create table t (id integer primary key, a text);
create table log (id integer, line text);
create rule note as on insert to t where new.id > 1 do also (insert into log values (new.id, 'it''s new'); delete from log where id < 0;);
