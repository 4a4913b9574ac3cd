-- ormony stand-in of supabase_vault 0.3.1: the same functions and table, but secrets lie in plain text. It is for
-- the structure of migrations, never for a secret that matters.

create table vault.secrets (
    id uuid default gen_random_uuid() constraint secrets_pkey primary key,
    name text,
    description text not null default '',
    secret text not null,
    key_id uuid,
    nonce bytea default uuid_send(gen_random_uuid()),
    created_at timestamptz not null default current_timestamp,
    updated_at timestamptz not null default current_timestamp
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
comment on table vault.secrets is 'ormony stand-in: the column secret is not encrypted';

create view vault.decrypted_secrets as
    select s.id, s.name, s.description, s.secret, s.secret as decrypted_secret, s.key_id, s.nonce, s.created_at,
        s.updated_at
    from vault.secrets as s;

create function vault.create_secret(
    new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid language plpgsql security definer set search_path = '' as $$
declare
    new_id uuid;
begin
    insert into vault.secrets (secret, name, description) values (new_secret, new_name, new_description)
    returning id into new_id;
    return new_id;
end
$$;

create function vault.update_secret(
    secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
    new_key_id uuid default null
) returns void language plpgsql security definer set search_path = '' as $$
begin
    update vault.secrets as s
    set secret = coalesce(new_secret, s.secret), name = coalesce(new_name, s.name),
        description = coalesce(new_description, s.description), updated_at = now()
    where s.id = secret_id;
end
$$;

revoke all on function vault.create_secret(text, text, text, uuid) from public;
revoke all on function vault.update_secret(uuid, text, text, text, uuid) from public;

do $$
begin
    -- These roles are Supabase's; elsewhere the owner grants what is needed.
    if exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
        grant usage on schema vault to postgres with grant option;
        grant select, delete, truncate, references on vault.secrets, vault.decrypted_secrets
            to postgres with grant option;
        grant execute on function vault.create_secret(text, text, text, uuid),
            vault.update_secret(uuid, text, text, text, uuid) to postgres with grant option;
    end if;
    if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
        grant usage on schema vault to service_role;
        grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
        grant execute on function vault.create_secret(text, text, text, uuid),
            vault.update_secret(uuid, text, text, text, uuid) to service_role;
    end if;
end
$$;
