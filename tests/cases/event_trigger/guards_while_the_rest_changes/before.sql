create function refuse() returns event_trigger language plpgsql as $$
begin
    if exists (select from pg_event_trigger_dropped_objects() where object_name = 'precious') then
        raise exception 'precious must stay';
    end if;
end
$$;
create event trigger refuse on sql_drop execute function refuse();
create table precious (id integer primary key);
create table other (id integer);
