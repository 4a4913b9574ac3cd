-- ormony stand-in of pgjwt: real results, with PostgreSQL's own hashes instead of pgcrypto.

create function url_encode(data bytea) returns text language sql immutable as $$
    select rtrim(translate(encode(data, 'base64'), E'+/\n', '-_'), '=')
$$;

create function url_decode(data text) returns bytea language sql immutable as $$
    select decode(
        translate(data, '-_', '+/') || repeat('=', (4 - length(data) % 4) % 4), 'base64'
    )
$$;

-- HMAC of "signables", in base64url. An algorithm other than HS256, HS384 and HS512 gives null, as the real one does
-- by giving no hash to hmac.
create function algorithm_sign(signables text, secret text, algorithm text) returns text
language plpgsql immutable as $$
declare
    size constant integer := case when algorithm = 'HS256' then 64 else 128 end;
    data constant bytea := convert_to(signables, 'UTF8');
    key bytea := convert_to(secret, 'UTF8');
    inside bytea;
    outside bytea;
begin
    if algorithm is null or algorithm not in ('HS256', 'HS384', 'HS512') or key is null or data is null then
        return null;
    end if;
    if length(key) > size then
        key := case algorithm when 'HS256' then sha256(key) when 'HS384' then sha384(key) else sha512(key) end;
    end if;
    key := key || decode(repeat('00', size - length(key)), 'hex');
    inside := key;
    outside := key;
    for i in 0 .. size - 1 loop
        inside := set_byte(inside, i, get_byte(key, i) # 54);
        outside := set_byte(outside, i, get_byte(key, i) # 92);
    end loop;
    return @extschema@.url_encode(case algorithm
        when 'HS256' then sha256(outside || sha256(inside || data))
        when 'HS384' then sha384(outside || sha384(inside || data))
        else sha512(outside || sha512(inside || data))
    end);
end
$$;

create function sign(payload json, secret text, algorithm text default 'HS256') returns text
language sql immutable as $$
    select signables || '.' || @extschema@.algorithm_sign(signables, secret, algorithm)
    from (
        select @extschema@.url_encode(convert_to('{"alg":"' || algorithm || '","typ":"JWT"}', 'UTF8')) || '.'
            || @extschema@.url_encode(convert_to(payload::text, 'UTF8'))
    ) as t (signables)
$$;

create function try_cast_double(inp text) returns double precision language plpgsql immutable as $$
begin
    return inp::double precision;
exception when others then
    return null;
end
$$;

create function verify(token text, secret text, algorithm text default 'HS256')
returns table (header json, payload json, valid boolean) language sql stable as $$
    select j.header, j.payload,
        j.signed and tstzrange(
            to_timestamp(@extschema@.try_cast_double(j.payload ->> 'nbf')),
            to_timestamp(@extschema@.try_cast_double(j.payload ->> 'exp'))
        ) @> current_timestamp
    from (
        select
            convert_from(@extschema@.url_decode(split_part(token, '.', 1)), 'UTF8')::json as header,
            convert_from(@extschema@.url_decode(split_part(token, '.', 2)), 'UTF8')::json as payload,
            split_part(token, '.', 3) = @extschema@.algorithm_sign(
                split_part(token, '.', 1) || '.' || split_part(token, '.', 2), secret, algorithm
            ) as signed
    ) as j
$$;
