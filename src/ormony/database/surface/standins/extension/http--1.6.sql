-- ormony stand-in of http (pgsql-http): the types and signatures; a request raises an error.

create domain http_method as text;
create domain content_type as text check (value ~ '^\S+\/\S+');
create type http_header as (field varchar, value varchar);
create type http_response as (status integer, content_type varchar, headers http_header[], content varchar);
create type http_request as (
    method http_method, uri varchar, headers http_header[], content_type varchar, content varchar
);

create function http_header(field varchar, value varchar) returns http_header language sql as $$
    select $1, $2
$$;

create function http_headers(variadic args text[]) returns http_header[] language plpgsql as $$
declare
    headers @extschema@.http_header[] := '{}';
begin
    if cardinality(args) % 2 <> 0 then
        raise exception 'http_headers() requires an even number of arguments';
    end if;
    for i in 1 .. cardinality(args) / 2 loop
        headers := headers || row(args[2 * i - 1], args[2 * i])::@extschema@.http_header;
    end loop;
    return headers;
end
$$;

create function urlencode(string varchar) returns text language sql immutable strict as $$
    select coalesce(string_agg(
        case
            when letter ~ '[A-Za-z0-9._*-]' and length(convert_to(letter, 'UTF8')) = 1 then letter
            when letter = ' ' then '+'
            else upper(regexp_replace(encode(convert_to(letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
        end, '' order by place
    ), '')
    from regexp_split_to_table(string, '') with ordinality as t (letter, place)
    where letter <> ''
$$;

create function urlencode(data jsonb) returns text language sql immutable strict as $$
    select string_agg(@extschema@.urlencode(key) || '=' || @extschema@.urlencode(value), '&')
    from jsonb_each_text(data)
$$;

create function text_to_bytea(data text) returns bytea language sql immutable strict as $$
    select convert_to(data, 'UTF8')
$$;

create function bytea_to_text(data bytea) returns text language sql immutable strict as $$
    select convert_from(data, 'UTF8')
$$;

create function http(request http_request) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_get(uri varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_get is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_get(uri varchar, data jsonb) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_get is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_post(uri varchar, content varchar, content_type varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_post is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_post(uri varchar, data jsonb) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_post is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_put(uri varchar, content varchar, content_type varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_put is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_patch(uri varchar, content varchar, content_type varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_patch is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_delete(uri varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_delete is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_delete(uri varchar, content varchar, content_type varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_delete is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_head(uri varchar) returns http_response language plpgsql volatile as $$
begin
    raise exception 'http_head is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_set_curlopt(curlopt varchar, value varchar) returns boolean language plpgsql volatile as $$
begin
    raise exception 'http_set_curlopt is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_reset_curlopt() returns boolean language plpgsql volatile as $$
begin
    raise exception 'http_reset_curlopt is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;

create function http_list_curlopt() returns table (curlopt text, value text) language plpgsql volatile as $$
begin
    raise exception 'http_list_curlopt is missing in ormony''s stand-in of the extension http' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real http.';
end
$$;
