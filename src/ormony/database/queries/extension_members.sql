-- What extensions own: the number of its catalog, its oid, the extension.
SELECT member.classid, member.objid, extension.extname
FROM pg_catalog.pg_depend AS member
JOIN pg_catalog.pg_extension AS extension ON extension.oid = member.refobjid
WHERE member.refclassid = 3079 AND member.deptype = 'e'
