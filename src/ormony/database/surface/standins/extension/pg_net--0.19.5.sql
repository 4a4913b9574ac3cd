-- ormony stand-in of pg_net: a request becomes a row of net.http_request_queue. Nothing sends it, so
-- net._http_response stays empty.

create schema if not exists net;

create domain net.http_method as text
    constraint http_method_check check (value ilike 'get' or value ilike 'post' or value ilike 'delete');
create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code integer, headers jsonb, body text);
create type net.http_response_result as (status net.request_status, message text, response net.http_response);

create unlogged table net.http_request_queue (
    id bigserial,
    method net.http_method not null,
    url text not null,
    headers jsonb,
    body bytea,
    timeout_milliseconds integer not null
);

create unlogged table net._http_response (
    id bigint,
    status_code integer,
    content_type text,
    headers jsonb,
    content text,
    timed_out boolean,
    error_msg text,
    created timestamptz not null default now()
);
create index _http_response_created_idx on net._http_response (created);

create function net._urlencode_string(string varchar) returns text language sql immutable strict as $$
    select string_agg(
        case
            when length(convert_to(letter, 'UTF8')) = 1 and letter ~ '[A-Za-z0-9._~-]' then letter
            else upper(regexp_replace(encode(convert_to(letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
        end, '' order by place
    )
    from regexp_split_to_table(string, '') with ordinality as t (letter, place)
    where letter <> ''
$$;

create function net._encode_url_with_params_array(url text, params_array text[]) returns text
language sql immutable strict as $$
    select case
        when cardinality(params_array) = 0 then url
        else url || case when position('?' in url) > 0 then '&' else '?' end || array_to_string(params_array, '&')
    end
$$;

create function net.http_get(
    url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000
) returns bigint language plpgsql volatile strict parallel safe security definer set search_path = net as $$
declare
    queued bigint;
begin
    insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
    values (
        'GET',
        net._encode_url_with_params_array(url, coalesce((
            select array_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value))
            from jsonb_each_text(params)
        ), '{}')),
        headers, timeout_milliseconds
    ) returning id into queued;
    return queued;
end
$$;

create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000
) returns bigint language plpgsql volatile parallel safe security definer set search_path = net as $$
declare
    queued bigint;
    content_type constant text := (
        select value from jsonb_each_text(coalesce(headers, '{}')) where lower(key) = 'content-type' limit 1
    );
begin
    if content_type is not null and content_type !~ '^application/json' then
        raise exception 'Content-Type header must be "application/json"';
    end if;
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (
        'POST',
        net._encode_url_with_params_array(url, coalesce((
            select array_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value))
            from jsonb_each_text(params)
        ), '{}')),
        case when content_type is null
            then coalesce(headers, '{}') || '{"Content-Type": "application/json"}' else headers end,
        convert_to(body::text, 'UTF8'), timeout_milliseconds
    ) returning id into queued;
    return queued;
end
$$;

create function net.http_delete(
    url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000,
    body jsonb default null
) returns bigint language plpgsql volatile parallel safe security definer set search_path = net as $$
declare
    queued bigint;
begin
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (
        'DELETE',
        net._encode_url_with_params_array(url, coalesce((
            select array_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value))
            from jsonb_each_text(params)
        ), '{}')),
        headers, convert_to(body::text, 'UTF8'), timeout_milliseconds
    ) returning id into queued;
    return queued;
end
$$;

-- No request is ever answered: each one that is queued is pending.

create function net._http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result language plpgsql volatile parallel safe security definer set search_path = net as $$
begin
    if not exists (select from net.http_request_queue where id = request_id) then
        return ('ERROR', 'request matching request_id not found', null)::net.http_response_result;
    end if;
    if not async then
        raise exception 'net._http_collect_response waits for ever in ormony''s stand-in of the extension pg_net' using
            errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pg_net.';
    end if;
    return ('PENDING', 'request is pending processing', null)::net.http_response_result;
end
$$;

create function net.http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result language sql volatile parallel safe as $$
    select net._http_collect_response(request_id, async)
$$;

create function net.check_worker_is_up() returns void language plpgsql as $$
begin
    raise exception 'the pg_net background worker is not up' using
        detail = 'This is ormony''s stand-in of the extension pg_net.',
        hint = 'Use a PostgreSQL server that has the real pg_net.';
end
$$;

create function net.worker_restart() returns boolean language sql as $$
    select true
$$;

create function net.wake() returns void language sql as $$
    select null::void
$$;

do $$
declare
    who text;
begin
    for who in
        select quote_ident(rolname)
        from pg_catalog.pg_roles
        where rolname in ('postgres', 'anon', 'authenticated', 'service_role', 'supabase_functions_admin')
    loop
        execute format('grant usage on schema net to %s', who);
        execute format('grant all on all tables in schema net to %s', who);
        execute format('grant all on all sequences in schema net to %s', who);
        execute format('grant execute on all functions in schema net to %s', who);
    end loop;
end
$$;
