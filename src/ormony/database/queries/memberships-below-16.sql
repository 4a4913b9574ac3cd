-- Roles in roles, whoever granted it; PostgreSQL's own roles as members left out. Whether a member has the rights
-- at once is an option of the member, and everyone may SET ROLE.
SELECT pg_catalog.pg_get_userbyid(m.roleid), pg_catalog.pg_get_userbyid(m.member),
    pg_catalog.bool_or(m.admin_option), r.rolinherit, true
FROM pg_catalog.pg_auth_members m
JOIN pg_catalog.pg_roles r ON r.oid = m.member
WHERE r.rolname !~ '^pg_'
GROUP BY m.roleid, m.member, r.rolinherit
