create function f() returns integer language sql
    set work_mem = '8MB'
    set search_path = public, pg_temp
    as 'select 1';
