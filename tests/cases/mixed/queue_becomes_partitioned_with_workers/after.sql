create type job_state as enum ('queued', 'running', 'done', 'failed');
create table jobs (id bigint generated always as identity primary key, kind text not null, payload jsonb not null default '{}', state job_state not null default 'queued', tries smallint not null default 0, run_at timestamptz not null default now(), constraint tries_few check (tries <= 10));
create index jobs_open on jobs (kind, run_at) where state = 'queued';
create table job_results (job_id bigint not null, at timestamptz not null default now(), result jsonb) partition by range (at);
create table job_results_2024 partition of job_results for values from ('2024-01-01') to ('2025-01-01');
create table job_results_rest partition of job_results default;
create index job_results_job on job_results (job_id);
create function take(kinds text[], how_many integer default 1) returns setof jobs language plpgsql as $$
begin
    return query
    update jobs set state = 'running', tries = tries + 1
    where id in (select id from jobs j where j.state = 'queued' and j.kind = any (kinds) order by run_at limit how_many for update skip locked)
    returning *;
end;
$$;
create procedure finish(job bigint, outcome job_state default 'done') language sql
begin atomic
    update jobs set state = outcome where id = job;
    insert into job_results (job_id, result) values (job, null);
end;
create function wake() returns trigger language plpgsql as $$ begin perform pg_notify('jobs', new.kind); return null; end $$;
create trigger wake after insert on jobs for each row when (new.state = 'queued') execute function wake();
create view job_counts as select kind, state, count(*) from jobs group by kind, state;
grant select on job_counts to role_b;
