-- Event triggers.
SELECT t.oid, t.evtname, t.evtevent, t.evttags, t.evtenabled::text,
    n.nspname, f.proname, pg_catalog.oidvectortypes(f.proargtypes)
FROM pg_catalog.pg_event_trigger t
JOIN pg_catalog.pg_proc f ON f.oid = t.evtfoid
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
