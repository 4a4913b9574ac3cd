create function active() returns table (id integer) language sql as 'select 1';
