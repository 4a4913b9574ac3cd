create table t (id integer primary key, a text);
create table log (id integer, a text);
create function quiet(v text) returns text language sql immutable as 'select lower(v)';
create rule note as on insert to t do also insert into log values (new.id, quiet(new.a));
