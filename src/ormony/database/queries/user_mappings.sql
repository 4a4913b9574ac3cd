-- User mappings, and whether this role may read their options: the view hides them by the same rule.
SELECT m.umid, m.srvname, m.umuser = 0, m.usename, m.umoptions,
    me.rolsuper
        OR (m.umuser = 0 OR m.usename = current_user) AND pg_catalog.pg_has_role(s.srvowner, 'USAGE')
        OR m.umuser <> 0 AND m.usename = current_user AND pg_catalog.has_server_privilege(s.oid, 'USAGE')
FROM pg_catalog.pg_user_mappings m
JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid
JOIN pg_catalog.pg_roles me ON me.rolname = current_user
