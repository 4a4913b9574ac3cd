-- ormony stand-in of index_advisor: the signature; its advice needs the real hypopg.

create function index_advisor(query text) returns table (
    startup_cost_before jsonb, startup_cost_after jsonb, total_cost_before jsonb, total_cost_after jsonb,
    index_statements text[], errors text[]
) language plpgsql volatile as $$
begin
    raise exception 'index_advisor is missing in ormony''s stand-in of the extension index_advisor' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real index_advisor.';
end
$$;
