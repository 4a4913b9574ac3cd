create function f() returns integer language sql
    set statement_timeout = '3s'
    set work_mem = '16MB'
    set app.tenant = 'a "quoted" one'
    set temp_tablespaces = ''
    as 'select 1';
