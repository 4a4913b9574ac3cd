-- a comment
create or replace function public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
