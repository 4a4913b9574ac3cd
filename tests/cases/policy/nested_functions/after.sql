create table docs (id integer primary key, path text);
create schema util;
create function util.parts(v text) returns text[] language sql immutable as $$ select string_to_array(v, '/') $$;
create policy p on docs using ((util.parts(lower(path)))[1] = any (array[current_user::text, 'shared']));
