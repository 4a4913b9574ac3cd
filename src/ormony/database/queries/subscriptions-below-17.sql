-- Subscriptions of this database. Only a superuser may read the connection string; naming that column would fail
-- for everyone else, also in a CASE, so ts_stat runs a query of its own where it is allowed: its one lexeme is the
-- string, after a sign since no lexeme is empty, and hashed where it is too long for one.
SELECT s.oid, s.subname, s.subpublications, s.subenabled, pg_catalog.quote_literal(s.subslotname),
    pg_catalog.quote_literal(s.subsynccommit),
    s.subbinary, s.substream::text, s.subtwophasestate::text, s.subdisableonerr,
    s.subpasswordrequired, s.subrunasowner, pg_catalog.quote_literal(s.suborigin), false,
    pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT'),
    CASE WHEN pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT') THEN (
        SELECT pg_catalog.substr(found.word, 2) FROM pg_catalog.ts_stat(pg_catalog.format(
            'SELECT pg_catalog.array_to_tsvector(ARRAY[''='' || CASE WHEN pg_catalog.octet_length(subconninfo) < 2000
                THEN subconninfo ELSE pg_catalog.md5(subconninfo) END])
            FROM pg_catalog.pg_subscription WHERE oid = %s', s.oid)) AS found) END
FROM pg_catalog.pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
