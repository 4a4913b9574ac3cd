create function slug(v text) returns text language sql immutable as $$ select lower(replace(v, ' ', '-')) $$;
create table t (id integer primary key, name text, slug text generated always as (slug(name)) stored);
