create schema audit;
revoke all on schema audit from public;
create type audit.action as enum ('INSERT', 'UPDATE', 'DELETE');
create table audit.entries (
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    table_name text not null,
    action audit.action not null,
    actor name not null default current_user,
    old jsonb,
    new jsonb,
    primary key (id, at)
) partition by range (at);
create table audit.entries_default partition of audit.entries default;
create index entries_table on audit.entries (table_name, at desc);
create function audit.record() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into audit.entries (table_name, action, old, new)
    values (tg_relid::regclass::text, tg_op::audit.action,
            case when tg_op <> 'INSERT' then to_jsonb(old) end,
            case when tg_op <> 'DELETE' then to_jsonb(new) end);
    return null;
end;
$$;
create table accounts (id bigint primary key, name text, updated_at timestamptz not null default now());
create table payments (id bigint primary key, account_id bigint references accounts, amount numeric(12, 2) not null check (amount <> 0), updated_at timestamptz not null default now());
create function touch() returns trigger language plpgsql as 'begin new.updated_at := now(); return new; end';
create trigger audit after insert or update or delete on accounts for each row execute function audit.record();
create trigger audit after insert or update or delete on payments for each row execute function audit.record();
create trigger touch before update on accounts for each row when (old.* is distinct from new.*) execute function touch();
create trigger touch before update of amount on payments for each row execute function touch();
grant usage on schema audit to role_c;
grant select on audit.entries to role_c;
comment on table audit.entries is 'who did what';
