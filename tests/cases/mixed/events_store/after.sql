create function newest() returns timestamptz language sql stable as $$ select '2024-01-01'::timestamptz $$;
create table streams (name text primary key, version bigint not null default 0);
create table events (id bigserial, at timestamptz not null default now(), body jsonb, stream text references streams, version bigint, primary key (id), unique (stream, version));
create index events_body on events using gin (body jsonb_path_ops);
create function append(s text, expected bigint, body jsonb) returns bigint language plpgsql as $$
declare
    new_version bigint;
begin
    update streams set version = version + 1 where name = s and version = expected returning version into new_version;
    if new_version is null then
        raise exception 'conflict' using errcode = '40001';
    end if;
    insert into events (stream, version, body) values (s, new_version, body);
    return new_version;
end;
$$;
create rule events_no_update as on update to events do instead nothing;
create rule events_no_delete as on delete to events do instead nothing;
create function told() returns trigger language plpgsql as $$ begin perform pg_notify('events', (select count(*)::text from fresh)); return null; end $$;
create trigger told after insert on events referencing new table as fresh for each statement execute function told();
create publication events for table events (id, stream, version) with (publish = 'insert');
