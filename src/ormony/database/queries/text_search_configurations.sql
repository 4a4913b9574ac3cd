-- Text search configurations, with the dictionaries of each kind of token in their order.
SELECT c.oid, n.nspname, c.cfgname, pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(p.prsname),
    m.tokens, m.dictionaries
FROM pg_catalog.pg_ts_config c
JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(pg_catalog.quote_ident(token.alias) ORDER BY token.tokid, m.mapseqno) AS tokens,
        pg_catalog.array_agg(pg_catalog.quote_ident(dn.nspname) || '.' || pg_catalog.quote_ident(d.dictname)
            ORDER BY token.tokid, m.mapseqno) AS dictionaries
    FROM pg_catalog.pg_ts_config_map m
    JOIN pg_catalog.ts_token_type(c.cfgparser) AS token ON token.tokid = m.maptokentype
    JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
    JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace
    WHERE m.mapcfg = c.oid
) m ON true
WHERE c.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
