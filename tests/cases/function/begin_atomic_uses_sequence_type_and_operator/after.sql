create sequence q;
create type e as enum ('a', 'b');
create table t (id bigint primary key, v e);
create function add_one(v e default 'a') returns bigint language sql
begin atomic
    insert into t values (nextval('q'), v) on conflict (id) do update set v = excluded.v returning id;
end;
