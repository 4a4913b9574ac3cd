create function watch() returns event_trigger language plpgsql as 'begin end';
create event trigger a on ddl_command_end execute function watch();
create event trigger b on sql_drop execute function watch();
create event trigger c on table_rewrite execute function watch();
alter event trigger b disable;
alter event trigger c enable always;
