-- Collations that somebody made: pg_import_system_collations fills pg_catalog alone.
SELECT c.oid, n.nspname, c.collname, c.collprovider::text, c.collisdeterministic,
    pg_catalog.quote_literal(c.collcollate), pg_catalog.quote_literal(c.collctype),
    pg_catalog.quote_literal(c.colliculocale), pg_catalog.quote_literal(c.collicurules)
FROM pg_catalog.pg_collation c
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
