-- The constructors and the cast that PostgreSQL makes with every range type, and drops with it.
SELECT classid, objid, refobjid
FROM pg_catalog.pg_depend
WHERE classid IN (1255, 2605) AND refclassid = 1247 AND deptype = 'i' AND objid >= 16384
