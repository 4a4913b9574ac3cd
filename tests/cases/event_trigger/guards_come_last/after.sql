CREATE TABLE guarded (id integer);
COMMENT ON TABLE guarded IS 'nobody changes it';
GRANT SELECT ON guarded TO role_a;
ALTER TABLE guarded OWNER TO role_b;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO role_b;
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no % here', tg_tag;
END;
$$;
CREATE EVENT TRIGGER no_drops ON sql_drop EXECUTE FUNCTION refuse();
COMMENT ON EVENT TRIGGER no_drops IS 'refuses';
CREATE EVENT TRIGGER no_changes ON ddl_command_end EXECUTE FUNCTION refuse();
ALTER EVENT TRIGGER no_changes ENABLE ALWAYS;
CREATE EVENT TRIGGER no_rewrites ON table_rewrite EXECUTE FUNCTION refuse();
