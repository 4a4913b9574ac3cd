create table jobs (id bigint primary key, state text not null);
create function finish(job bigint) returns void
    language plpgsql
    as $$
begin
    update jobs set state = 'done' where id = job;
end;
$$;
revoke execute on function finish(bigint) from public;
grant execute on function finish(bigint) to role_a;
comment on function finish(bigint) is 'the worker calls it';
