-- ormony stand-in of pgcrypto 1.3. digest, hmac, gen_random_*, gen_salt, armor and dearmor give what the real ones
-- give. What needs a cipher raises an error.

create function digest(data bytea, type text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
    word constant bigint := 4294967295;
    message bytea;
    w bigint[];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
    h0 bigint := 1732584193; h1 bigint := 4023233417; h2 bigint := 2562383102;
    h3 bigint := 271733878; h4 bigint := 3285377520;
    at integer;
begin
    case lower(type)
        when 'md5' then return decode(md5(data), 'hex');
        when 'sha224' then return sha224(data);
        when 'sha256' then return sha256(data);
        when 'sha384' then return sha384(data);
        when 'sha512' then return sha512(data);
        when 'sha1' then null;
        else raise exception 'Cannot use "%": No such hash algorithm', type using errcode = 'invalid_parameter_value';
    end case;
    -- PostgreSQL has no SHA-1 of its own.
    message := data || '\x80'::bytea
        || decode(repeat('00', (119 - length(data) % 64) % 64), 'hex') || int8send(length(data)::bigint * 8);
    w := array_fill(0::bigint, array[80], array[0]);
    for block in 0 .. length(message) / 64 - 1 loop
        for i in 0 .. 15 loop
            at := block * 64 + i * 4;
            w[i] := (get_byte(message, at)::bigint << 24) | (get_byte(message, at + 1) << 16)
                | (get_byte(message, at + 2) << 8) | get_byte(message, at + 3);
        end loop;
        for i in 16 .. 79 loop
            x := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
            w[i] := ((x << 1) | (x >> 31)) & word;
        end loop;
        a := h0; b := h1; c := h2; d := h3; e := h4;
        for i in 0 .. 79 loop
            if i < 20 then f := (b & c) | ((b # word) & d); k := 1518500249;
            elsif i < 40 then f := b # c # d; k := 1859775393;
            elsif i < 60 then f := (b & c) | (b & d) | (c & d); k := 2400959708;
            else f := b # c # d; k := 3395469782;
            end if;
            x := ((((a << 5) | (a >> 27)) & word) + f + e + k + w[i]) & word;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & word; b := a; a := x;
        end loop;
        h0 := (h0 + a) & word; h1 := (h1 + b) & word; h2 := (h2 + c) & word;
        h3 := (h3 + d) & word; h4 := (h4 + e) & word;
    end loop;
    return decode(lpad(to_hex(h0), 8, '0') || lpad(to_hex(h1), 8, '0') || lpad(to_hex(h2), 8, '0')
        || lpad(to_hex(h3), 8, '0') || lpad(to_hex(h4), 8, '0'), 'hex');
end
$$;

-- An extension that can move to another schema cannot name a function of its own: it looks its sibling up.

create function digest(data text, type text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
    result bytea;
begin
    execute (
        select format('select %s.digest($1, $2)', pronamespace::regnamespace)
        from pg_catalog.pg_proc
        where proname = 'digest' and proargtypes = '17 25'::oidvector and prosrc like '%No such hash algorithm%'
        limit 1
    ) into result using convert_to(data, getdatabaseencoding()), type;
    return result;
end
$$;

create function hmac(data bytea, key bytea, type text) returns bytea
language plpgsql immutable strict parallel safe as $$
declare
    hash text;
    size constant integer := case when lower(type) in ('sha384', 'sha512') then 128 else 64 end;
    padded bytea := key;
    inside bytea;
    outside bytea;
begin
    select format('select %s.digest($1, $2)', pronamespace::regnamespace) into strict hash
    from pg_catalog.pg_proc
    where proname = 'digest' and proargtypes = '17 25'::oidvector and prosrc like '%No such hash algorithm%'
    limit 1;
    if length(padded) > size then
        execute hash into padded using padded, type;
    end if;
    padded := padded || decode(repeat('00', size - length(padded)), 'hex');
    inside := padded;
    outside := padded;
    for i in 0 .. size - 1 loop
        inside := set_byte(inside, i, get_byte(padded, i) # 54);
        outside := set_byte(outside, i, get_byte(padded, i) # 92);
    end loop;
    execute hash into inside using inside || data, type;
    execute hash into outside using outside || inside, type;
    return outside;
end
$$;

create function hmac(data text, key text, type text) returns bytea
language plpgsql immutable strict parallel safe as $$
declare
    result bytea;
begin
    execute (
        select format('select %s.hmac($1, $2, $3)', pronamespace::regnamespace)
        from pg_catalog.pg_proc
        where proname = 'hmac' and proargtypes = '17 17 25'::oidvector and prosrc like '%pronamespace%'
        limit 1
    ) into result
    using convert_to(data, getdatabaseencoding()), convert_to(key, getdatabaseencoding()), type;
    return result;
end
$$;

create function gen_random_uuid() returns uuid language sql volatile parallel safe as $$
    select pg_catalog.gen_random_uuid()
$$;

create function gen_random_bytes(count integer) returns bytea language plpgsql volatile strict parallel safe as $$
declare
    result bytea := '';
    chance bytea;
begin
    if count < 1 or count > 1024 then
        raise exception 'Length not in range' using errcode = 'external_routine_invocation_exception';
    end if;
    while length(result) < count loop
        -- Bytes 6 and 8 of a random UUID hold its version and variant; the others are strong random.
        chance := uuid_send(pg_catalog.gen_random_uuid());
        result := result || substr(chance, 1, 6) || substr(chance, 8, 1) || substr(chance, 10, 7);
    end loop;
    return substr(result, 1, count);
end
$$;

-- $1 is des, xdes, md5 or bf; $2 the number of rounds, for bf its logarithm.
create function gen_salt(text, integer) returns text language plpgsql volatile strict parallel safe as $$
declare
    alphabet constant text := './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    bcrypt constant text := './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    base64 constant text := 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    chance constant bytea := uuid_send(pg_catalog.gen_random_uuid()) || uuid_send(pg_catalog.gen_random_uuid());
    free constant bytea :=
        substr(chance, 1, 6) || substr(chance, 10, 7) || substr(chance, 17, 6) || substr(chance, 26, 7);
    rounds integer := $2;
    letters text := '';
begin
    for i in 0 .. 7 loop
        letters := letters || substr(alphabet, (get_byte(free, i) & 63) + 1, 1);
    end loop;
    case $1
        when 'des' then
            if rounds not in (0, 25) then
                raise exception 'gen_salt: Incorrect number of rounds' using errcode = 'invalid_parameter_value';
            end if;
            return left(letters, 2);
        when 'xdes' then
            rounds := coalesce(nullif(rounds, 0), 725);
            if rounds < 1 or rounds > 16777215 or rounds % 2 = 0 then
                raise exception 'gen_salt: Incorrect number of rounds' using errcode = 'invalid_parameter_value';
            end if;
            return '_' || substr(alphabet, (rounds & 63) + 1, 1) || substr(alphabet, ((rounds >> 6) & 63) + 1, 1)
                || substr(alphabet, ((rounds >> 12) & 63) + 1, 1) || substr(alphabet, ((rounds >> 18) & 63) + 1, 1)
                || left(letters, 4);
        when 'md5' then
            if rounds not in (0, 1000) then
                raise exception 'gen_salt: Incorrect number of rounds' using errcode = 'invalid_parameter_value';
            end if;
            return '$1$' || letters;
        when 'bf' then
            rounds := coalesce(nullif(rounds, 0), 6);
            if rounds < 4 or rounds > 31 then
                raise exception 'gen_salt: Incorrect number of rounds' using errcode = 'invalid_parameter_value';
            end if;
            return '$2a$' || lpad(rounds::text, 2, '0') || '$'
                || translate(rtrim(encode(substr(free, 1, 16), 'base64'), '='), base64, bcrypt);
        else
            raise exception 'gen_salt: Unknown salt algorithm' using errcode = 'invalid_parameter_value';
    end case;
end
$$;

create function gen_salt(text) returns text language plpgsql volatile strict parallel safe as $$
declare
    result text;
begin
    execute (
        select format('select %s.gen_salt($1, 0)', pronamespace::regnamespace)
        from pg_catalog.pg_proc
        where proname = 'gen_salt' and proargtypes = '25 23'::oidvector and prosrc like '%Unknown salt algorithm%'
        limit 1
    ) into result using $1;
    return result;
end
$$;

create function armor(bytea, text[], text[]) returns text language plpgsql immutable strict parallel safe as $$
declare
    headers text := '';
    crc integer := 11994318;
begin
    if coalesce(array_ndims($2), 0) > 1 or coalesce(array_ndims($3), 0) > 1 then
        raise exception 'wrong number of array subscripts' using errcode = 'array_subscript_error';
    end if;
    if coalesce(array_length($2, 1), 0) <> coalesce(array_length($3, 1), 0) then
        raise exception 'mismatched array dimensions' using errcode = 'array_subscript_error';
    end if;
    for i in 1 .. coalesce(array_length($2, 1), 0) loop
        if $2[i] is null or $3[i] is null then
            raise exception 'null value not allowed for header %', case when $2[i] is null then 'key' else 'value' end
                using errcode = 'null_value_not_allowed';
        end if;
        headers := headers || $2[i] || ': ' || $3[i] || E'\n';
    end loop;
    for i in 0 .. length($1) - 1 loop
        crc := crc # (get_byte($1, i) << 16);
        for bit in 1 .. 8 loop
            crc := crc << 1;
            if crc & 16777216 <> 0 then
                crc := crc # 25578747;
            end if;
        end loop;
    end loop;
    return E'-----BEGIN PGP MESSAGE-----\n' || headers || E'\n'
        || case when $1 = '' then '' else encode($1, 'base64') || E'\n' end || '='
        || encode(decode(lpad(to_hex(crc), 6, '0'), 'hex'), 'base64') || E'\n-----END PGP MESSAGE-----\n';
end
$$;

create function armor(bytea) returns text language plpgsql immutable strict parallel safe as $$
declare
    result text;
begin
    execute (
        select format($sql$select %s.armor($1, '{}', '{}')$sql$, pronamespace::regnamespace)
        from pg_catalog.pg_proc
        where proname = 'armor' and proargtypes = '17 1009 1009'::oidvector and prosrc like '%BEGIN PGP MESSAGE%'
        limit 1
    ) into result using $1;
    return result;
end
$$;

create function dearmor(text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
    -- The body follows the first empty line; the line that starts with "=" is the checksum.
    parts constant text[] := regexp_match(
        replace($1, E'\r', ''),
        E'-----BEGIN PGP [^\n]*-----[ \t]*\n(?:[^\n]+\n)*[ \t]*\n([A-Za-z0-9+/=\\s]*?)\n=([A-Za-z0-9+/]{4})\\s*\n-----END PGP'
    );
    result bytea;
    crc integer := 11994318;
begin
    if parts is null then
        raise exception 'Corrupt ascii-armor' using errcode = 'external_routine_invocation_exception';
    end if;
    result := decode(parts[1], 'base64');
    for i in 0 .. length(result) - 1 loop
        crc := crc # (get_byte(result, i) << 16);
        for bit in 1 .. 8 loop
            crc := crc << 1;
            if crc & 16777216 <> 0 then
                crc := crc # 25578747;
            end if;
        end loop;
    end loop;
    if decode(lpad(to_hex(crc), 6, '0'), 'hex') <> decode(parts[2], 'base64') then
        raise exception 'Corrupt ascii-armor' using errcode = 'external_routine_invocation_exception';
    end if;
    return result;
end
$$;

-- Blowfish, AES and PGP are more than SQL can give.

create function crypt(text, text) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'crypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function encrypt(bytea, bytea, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'encrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function decrypt(bytea, bytea, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'decrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function encrypt_iv(bytea, bytea, bytea, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'encrypt_iv is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function decrypt_iv(bytea, bytea, bytea, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'decrypt_iv is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_encrypt(text, text) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_sym_encrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_encrypt(text, text, text) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_sym_encrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_encrypt_bytea(bytea, text) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_sym_encrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_encrypt_bytea(bytea, text, text) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_sym_encrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_decrypt(bytea, text) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_sym_decrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_decrypt(bytea, text, text) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_sym_decrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_decrypt_bytea(bytea, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_sym_decrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_sym_decrypt_bytea(bytea, text, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_sym_decrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_encrypt(text, bytea) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_pub_encrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_encrypt(text, bytea, text) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_pub_encrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_encrypt_bytea(bytea, bytea) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_pub_encrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_encrypt_bytea(bytea, bytea, text) returns bytea language plpgsql volatile strict parallel safe as $$
begin
    raise exception 'pgp_pub_encrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_decrypt(bytea, bytea) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_pub_decrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_decrypt(bytea, bytea, text) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_pub_decrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_decrypt(bytea, bytea, text, text) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_pub_decrypt is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_decrypt_bytea(bytea, bytea) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_pub_decrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_decrypt_bytea(bytea, bytea, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_pub_decrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_pub_decrypt_bytea(bytea, bytea, text, text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_pub_decrypt_bytea is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_key_id(bytea) returns text language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_key_id is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;

create function pgp_armor_headers(text, out key text, out value text) returns setof record language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'pgp_armor_headers is missing in ormony''s stand-in of the extension pgcrypto' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgcrypto.';
end
$$;
