CREATE TABLE guarded (id integer, note text);
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no % here', tg_tag;
END;
$$;
CREATE EVENT TRIGGER no_changes ON ddl_command_end EXECUTE FUNCTION refuse();
ALTER EVENT TRIGGER no_changes DISABLE;
CREATE EVENT TRIGGER no_drops ON sql_drop EXECUTE FUNCTION refuse();
ALTER EVENT TRIGGER no_drops ENABLE REPLICA;
