-- Row-level security policies; role 0 is PUBLIC.
SELECT p.oid, n.nspname, c.relname, p.polname, p.polcmd::text, p.polpermissive, p.polroles::pg_catalog.regrole[]::text,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
