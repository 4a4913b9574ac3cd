create extension pg_stat_statements;
revoke select on pg_stat_statements from public;
