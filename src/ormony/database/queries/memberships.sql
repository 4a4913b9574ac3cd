-- Roles in roles, whoever granted it; PostgreSQL's own roles as members left out.
SELECT pg_catalog.pg_get_userbyid(m.roleid), pg_catalog.pg_get_userbyid(m.member),
    pg_catalog.bool_or(m.admin_option), pg_catalog.bool_or(m.inherit_option), pg_catalog.bool_or(m.set_option)
FROM pg_catalog.pg_auth_members m
JOIN pg_catalog.pg_roles r ON r.oid = m.member
WHERE r.rolname !~ '^pg_'
GROUP BY m.roleid, m.member
