create schema lib;
create function lib.fold(v text) returns text language sql immutable strict as $$ select lower(v) $$;
create table t (id integer primary key, name text);
create unique index t_name on t (lib.fold(name)) where lib.fold(name) <> '';
