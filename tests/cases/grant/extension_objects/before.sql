create extension citext;
create extension pg_stat_statements;
