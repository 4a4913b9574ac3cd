-- ormony stand-in of pg_tle: the signatures; installing an extension from text needs the real one.

create function pgtle.install_extension(name text, version text, description text, ext text, requires text[] default null) returns boolean language plpgsql volatile as $$
begin
    raise exception 'pgtle.install_extension is missing in ormony''s stand-in of the extension pg_tle' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pg_tle.';
end
$$;

create function pgtle.install_update_path(name text, fromvers text, tovers text, ext text) returns boolean language plpgsql volatile as $$
begin
    raise exception 'pgtle.install_update_path is missing in ormony''s stand-in of the extension pg_tle' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pg_tle.';
end
$$;

create function pgtle.uninstall_extension(extname text) returns boolean language plpgsql volatile as $$
begin
    raise exception 'Extension % does not exist', extname using errcode = 'no_data_found';
end
$$;

create function pgtle.uninstall_extension_if_exists(extname text) returns boolean language sql volatile as $$
    select false
$$;

create function pgtle.available_extensions(out name name, out default_version text, out comment text)
returns setof record language sql stable as $$
    select null::name, null::text, null::text where false
$$;
