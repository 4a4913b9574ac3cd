-- ormony stand-in of uuid-ossp 1.1. Every function gives what the real one gives; uuid_generate_v1 has a random
-- node in the place of the network card's address, as uuid_generate_v1mc has by design.

create function uuid_nil() returns uuid language sql immutable strict parallel safe as $$
    select '00000000-0000-0000-0000-000000000000'::uuid
$$;

create function uuid_ns_dns() returns uuid language sql immutable strict parallel safe as $$
    select '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid
$$;

create function uuid_ns_url() returns uuid language sql immutable strict parallel safe as $$
    select '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid
$$;

create function uuid_ns_oid() returns uuid language sql immutable strict parallel safe as $$
    select '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid
$$;

create function uuid_ns_x500() returns uuid language sql immutable strict parallel safe as $$
    select '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid
$$;

create function uuid_generate_v4() returns uuid language sql volatile strict parallel safe as $$
    select pg_catalog.gen_random_uuid()
$$;

create function uuid_generate_v1mc() returns uuid language plpgsql volatile strict parallel safe as $$
declare
    -- 100 ns since 1582-10-15, the start of the Gregorian calendar.
    ticks constant bigint :=
        (extract(epoch from clock_timestamp()) * 10000000)::bigint + 122192928000000000
        + (get_byte(uuid_send(gen_random_uuid()), 0) % 10);
    stamp constant text := lpad(to_hex(ticks), 16, '0');
    chance bytea := substr(uuid_send(gen_random_uuid()), 9, 8);
begin
    -- The last version of the variant bits stays; a random node is a multicast address.
    chance := set_byte(chance, 2, get_byte(chance, 2) | 1);
    return (substr(stamp, 9, 8) || substr(stamp, 5, 4) || '1' || substr(stamp, 2, 3) || encode(chance, 'hex'))::uuid;
end
$$;

create function uuid_generate_v1() returns uuid language plpgsql volatile strict parallel safe as $$
declare
    ticks constant bigint :=
        (extract(epoch from clock_timestamp()) * 10000000)::bigint + 122192928000000000
        + (get_byte(uuid_send(gen_random_uuid()), 0) % 10);
    stamp constant text := lpad(to_hex(ticks), 16, '0');
    chance bytea := substr(uuid_send(gen_random_uuid()), 9, 8);
begin
    chance := set_byte(chance, 2, get_byte(chance, 2) | 1);
    return (substr(stamp, 9, 8) || substr(stamp, 5, 4) || '1' || substr(stamp, 2, 3) || encode(chance, 'hex'))::uuid;
end
$$;

create function uuid_generate_v3(namespace uuid, name text) returns uuid
language plpgsql immutable strict parallel safe as $$
declare
    hash bytea := decode(md5(uuid_send(namespace) || convert_to(name, getdatabaseencoding())), 'hex');
begin
    hash := set_byte(hash, 6, (get_byte(hash, 6) & 15) | 48);
    hash := set_byte(hash, 8, (get_byte(hash, 8) & 63) | 128);
    return encode(hash, 'hex')::uuid;
end
$$;

-- SHA-1 is here and in the stand-in of pgcrypto: PostgreSQL itself has none, and an extension that can move to
-- another schema cannot name a function of its own.
create function uuid_generate_v5(namespace uuid, name text) returns uuid
language plpgsql immutable strict parallel safe as $$
declare
    word constant bigint := 4294967295;
    data constant bytea := uuid_send(namespace) || convert_to(name, getdatabaseencoding());
    message constant bytea := data || '\x80'::bytea
        || decode(repeat('00', (119 - length(data) % 64) % 64), 'hex') || int8send(length(data)::bigint * 8);
    w bigint[] := array_fill(0::bigint, array[80], array[0]);
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
    h0 bigint := 1732584193; h1 bigint := 4023233417; h2 bigint := 2562383102;
    h3 bigint := 271733878; h4 bigint := 3285377520;
    at integer;
    hash bytea;
begin
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
    hash := decode(lpad(to_hex(h0), 8, '0') || lpad(to_hex(h1), 8, '0') || lpad(to_hex(h2), 8, '0')
        || lpad(to_hex(h3), 8, '0'), 'hex');
    hash := set_byte(hash, 6, (get_byte(hash, 6) & 15) | 80);
    hash := set_byte(hash, 8, (get_byte(hash, 8) & 63) | 128);
    return encode(hash, 'hex')::uuid;
end
$$;
