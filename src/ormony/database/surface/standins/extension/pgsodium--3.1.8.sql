-- ormony stand-in of pgsodium: the key table and the signatures that migrations name. Keys and ciphers need the
-- real extension.

create type pgsodium.key_status as enum ('default', 'valid', 'invalid', 'expired');
create type pgsodium.key_type as enum (
    'aead-ietf', 'aead-det', 'hmacsha512', 'hmacsha256', 'auth', 'shorthash', 'generichash', 'kdf', 'secretbox',
    'secretstream', 'stream_xchacha20'
);

create table pgsodium.key (
    id uuid default gen_random_uuid() constraint key_pkey primary key,
    status pgsodium.key_status default 'valid',
    created timestamptz not null default current_timestamp,
    expires timestamptz,
    key_type pgsodium.key_type,
    key_id bigint,
    key_context bytea default '\x7067736f6469756d' check (length(key_context) = 8),
    name text constraint pgsodium_key_unique_name unique,
    associated_data text default 'associated',
    raw_key bytea,
    raw_key_nonce bytea,
    parent_key uuid constraint key_parent_key_fkey references pgsodium.key,
    comment text,
    user_data text
);

create view pgsodium.valid_key as
    select id, name, status, key_type, key_id, key_context, created, expires, associated_data
    from pgsodium.key
    where status in ('valid', 'default') and (expires is null or expires > now());

create function pgsodium.create_key(
    key_type pgsodium.key_type default 'aead-det', name text default null, raw_key bytea default null,
    raw_key_nonce bytea default null, parent_key uuid default null, key_context bytea default '\x7067736f6469756d',
    expires timestamptz default null, associated_data text default ''
) returns pgsodium.valid_key language plpgsql volatile as $$
begin
    raise exception 'pgsodium.create_key is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_aead_det_keygen() returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_aead_det_keygen is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_aead_det_noncegen() returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_aead_det_noncegen is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key_uuid uuid, nonce bytea) returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_aead_det_encrypt is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea, key_uuid uuid, nonce bytea) returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_aead_det_decrypt is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_secretbox_keygen() returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_secretbox_keygen is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_secretbox_noncegen() returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_secretbox_noncegen is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_secretbox(message bytea, nonce bytea, key bytea) returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_secretbox is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_secretbox_open(ciphertext bytea, nonce bytea, key bytea) returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_secretbox_open is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_sign_new_keypair(out public bytea, out secret bytea) returns record language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_sign_new_keypair is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.crypto_pwhash_str(password bytea) returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.crypto_pwhash_str is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.derive_key(key_id bigint, key_len integer default 32, context bytea default '\x7067736f6469756d') returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.derive_key is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

create function pgsodium.randombytes_buf(size integer) returns bytea language plpgsql volatile as $$
begin
    raise exception 'pgsodium.randombytes_buf is missing in ormony''s stand-in of the extension pgsodium' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgsodium.';
end
$$;

do $$
begin
    if exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
        grant usage on schema pgsodium to postgres with grant option;
        grant all on all tables in schema pgsodium to postgres with grant option;
        grant execute on all functions in schema pgsodium to postgres with grant option;
    end if;
end
$$;
