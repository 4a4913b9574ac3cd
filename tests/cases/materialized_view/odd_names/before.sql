create materialized view public."My M" as select 1 as "A";
create index "I" on public."My M" ("A");
