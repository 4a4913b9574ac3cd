create function show(v integer) returns text language sql as $$ select 'int ' || v $$;
create function show(v text) returns text language sql as $$ select 'text ' || v $$;
create function show(v integer, w integer) returns text language sql as $$ select 'two ' || v || w $$;
