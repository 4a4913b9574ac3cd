-- ormony stand-in of pg_cron: jobs are rows of cron.job, and nothing runs them.

create schema if not exists cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
    jobid bigint default nextval('cron.jobid_seq') constraint job_pkey primary key,
    schedule text not null,
    command text not null,
    nodename text not null default 'localhost',
    -- The port is unknown on a unix socket.
    nodeport integer not null default coalesce(inet_server_port(), 5432),
    database text not null default current_database(),
    username text not null default current_user,
    active boolean not null default true,
    jobname text,
    constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);

create table cron.job_run_details (
    jobid bigint,
    runid bigint default nextval('cron.runid_seq') constraint job_run_details_pkey primary key,
    job_pid integer,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

-- These functions run as their owner: users may only read cron.job. The caller's role is then in the setting
-- "role", or it is the session's.

create function cron.schedule_in_database(
    job_name text, schedule text, command text, database text, username text default null,
    active boolean default true
) returns bigint language plpgsql security definer set search_path = '' as $$
declare
    field constant text := '(\*|[0-9a-z]+(-[0-9a-z]+)?|\$)(/[0-9]+)?(,(\*|[0-9a-z]+(-[0-9a-z]+)?)(/[0-9]+)?)*';
    caller constant name := coalesce(nullif(nullif(pg_catalog.current_setting('role', true), 'none'), ''), session_user);
    job bigint;
begin
    if pg_catalog.btrim(schedule_in_database.schedule) !~* ('^(' || field || '\s+){4}' || field || '$')
        and pg_catalog.btrim(schedule_in_database.schedule) !~* '^([1-9]|[1-5][0-9])\s+seconds?$'
        and pg_catalog.btrim(schedule_in_database.schedule) !~* '^@(yearly|annually|monthly|weekly|daily|midnight|hourly|reboot)$' then
        raise exception 'invalid schedule: %', schedule using
            errcode = 'invalid_parameter_value',
            hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
    end if;
    insert into cron.job as j (schedule, command, database, username, active, jobname)
    values (
        schedule_in_database.schedule, schedule_in_database.command, schedule_in_database.database,
        coalesce(schedule_in_database.username, caller), schedule_in_database.active, job_name
    )
    on conflict on constraint jobname_username_uniq do update
        set schedule = excluded.schedule, command = excluded.command, database = excluded.database,
            active = excluded.active
    returning j.jobid into job;
    return job;
end
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql as $$
    select cron.schedule_in_database(job_name, schedule, command, current_database()::text)
$$;

create function cron.schedule(schedule text, command text) returns bigint language sql as $$
    select cron.schedule_in_database(null, schedule, command, current_database()::text)
$$;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
    delete from cron.job as j
    where j.jobid = job_id
        and j.username = coalesce(nullif(nullif(pg_catalog.current_setting('role', true), 'none'), ''), session_user);
    if not found then
        raise exception 'could not find valid entry for job %', job_id;
    end if;
    return true;
end
$$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
    delete from cron.job as j
    where j.jobname = job_name
        and j.username = coalesce(nullif(nullif(pg_catalog.current_setting('role', true), 'none'), ''), session_user);
    if not found then
        raise exception 'could not find valid entry for job ''%''', job_name;
    end if;
    return true;
end
$$;

create function cron.alter_job(
    job_id bigint, schedule text default null, command text default null, database text default null,
    username text default null, active boolean default null
) returns void language plpgsql security definer set search_path = '' as $$
begin
    update cron.job as j
    set schedule = coalesce(alter_job.schedule, j.schedule), command = coalesce(alter_job.command, j.command),
        database = coalesce(alter_job.database, j.database), username = coalesce(alter_job.username, j.username),
        active = coalesce(alter_job.active, j.active)
    where j.jobid = job_id
        and j.username = coalesce(nullif(nullif(pg_catalog.current_setting('role', true), 'none'), ''), session_user);
    if not found then
        raise exception 'Job % does not exist or you don''t own it', job_id;
    end if;
end
$$;

do $$
begin
    if exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
        grant usage on schema cron to postgres with grant option;
        grant execute on all functions in schema cron to postgres with grant option;
        grant select on cron.job to postgres with grant option;
        grant all on cron.job_run_details to postgres with grant option;
    end if;
end
$$;
