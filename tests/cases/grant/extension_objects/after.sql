create extension citext;
create extension pg_stat_statements;
revoke execute on function citext_eq(citext, citext) from public;
grant select on pg_stat_statements to role_a;
revoke select on pg_stat_statements from public;
