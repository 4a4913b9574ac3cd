-- ormony stand-in of hypopg: the signatures; hypothetical indexes need the real extension.

create function hypopg(out indexname text,
    out indexrelid oid,
    out indrelid oid,
    out innatts integer,
    out indisunique boolean,
    out indkey int2vector,
    out indcollation oidvector,
    out indclass oidvector,
    out indoption oidvector,
    out indexprs pg_node_tree,
    out indpred pg_node_tree,
    out amid oid) returns setof record language plpgsql volatile as $$
begin
    raise exception 'hypopg is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_create_index(sql_order text, out indexrelid oid, out indexname text) returns setof record language plpgsql volatile as $$
begin
    raise exception 'hypopg_create_index is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_drop_index(indexid oid) returns boolean language plpgsql volatile as $$
begin
    raise exception 'hypopg_drop_index is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_get_indexdef(indexid oid) returns text language plpgsql volatile as $$
begin
    raise exception 'hypopg_get_indexdef is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_relation_size(indexid oid) returns bigint language plpgsql volatile as $$
begin
    raise exception 'hypopg_relation_size is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_reset() returns void language plpgsql volatile as $$
begin
    raise exception 'hypopg_reset is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_reset_index() returns void language plpgsql volatile as $$
begin
    raise exception 'hypopg_reset_index is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_hide_index(indexid oid) returns boolean language plpgsql volatile as $$
begin
    raise exception 'hypopg_hide_index is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_unhide_index(indexid oid) returns boolean language plpgsql volatile as $$
begin
    raise exception 'hypopg_unhide_index is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_unhide_all_indexes() returns void language plpgsql volatile as $$
begin
    raise exception 'hypopg_unhide_all_indexes is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;

create function hypopg_hidden_indexes() returns table (indexid oid) language plpgsql volatile as $$
begin
    raise exception 'hypopg_hidden_indexes is missing in ormony''s stand-in of the extension hypopg' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real hypopg.';
end
$$;
