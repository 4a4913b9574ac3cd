create function show(v integer) returns text language sql as $$ select 'int ' || v $$;
create function show(v boolean) returns text language sql as $$ select 'bool ' || v $$;
