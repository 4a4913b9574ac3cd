create function f() returns integer language sql
    set work_mem = '8MB'
    set datestyle = 'ISO, DMY'
    set app.tenant = 'it''s one'
    as 'select 1';
