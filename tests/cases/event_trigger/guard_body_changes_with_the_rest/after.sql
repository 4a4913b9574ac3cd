CREATE TABLE guarded (id integer);
COMMENT ON TABLE guarded IS 'nobody changes it';
CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no % here', tg_tag;
END;
$$;
CREATE EVENT TRIGGER tells ON ddl_command_end EXECUTE FUNCTION tell();
CREATE EVENT TRIGGER tells_always ON ddl_command_start EXECUTE FUNCTION tell();
ALTER EVENT TRIGGER tells_always ENABLE ALWAYS;
CREATE EVENT TRIGGER tells_of_drops ON sql_drop EXECUTE FUNCTION tell();
ALTER EVENT TRIGGER tells_of_drops ENABLE ALWAYS;
CREATE EVENT TRIGGER tells_nothing ON sql_drop EXECUTE FUNCTION tell();
ALTER EVENT TRIGGER tells_nothing DISABLE;
