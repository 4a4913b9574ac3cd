set search_path = pg_catalog, public;
create function public.f() returns integer language sql set search_path from current as 'select 1';
reset search_path;
