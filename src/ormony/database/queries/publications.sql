-- Publications with their schemas.
SELECT p.oid, p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
    p.pubgencols::text, s.schemas
FROM pg_catalog.pg_publication p
LEFT JOIN (
    SELECT ps.pnpubid, pg_catalog.array_agg(n.nspname::text) AS schemas
    FROM pg_catalog.pg_publication_namespace ps
    JOIN pg_catalog.pg_namespace n ON n.oid = ps.pnnspid
    GROUP BY ps.pnpubid
) s ON s.pnpubid = p.oid
