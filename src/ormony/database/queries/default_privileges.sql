-- ALTER DEFAULT PRIVILEGES.
SELECT pg_catalog.pg_get_userbyid(a.defaclrole), n.nspname, a.defaclobjtype::text, a.defaclacl::text
FROM pg_catalog.pg_default_acl a
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = a.defaclnamespace
