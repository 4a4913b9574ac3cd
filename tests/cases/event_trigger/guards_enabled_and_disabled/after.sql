CREATE TABLE guarded (id bigint);
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no % here', tg_tag;
END;
$$;
CREATE EVENT TRIGGER no_drops ON sql_drop EXECUTE FUNCTION refuse();
CREATE EVENT TRIGGER no_changes ON ddl_command_end EXECUTE FUNCTION refuse();
COMMENT ON EVENT TRIGGER no_changes IS 'refuses';
