create materialized view public."My M" as select 1 as "A", 'it''s' as "b c";
create index "I" on public."My M" ("b c", "A");
comment on column public."My M"."b c" is 'text';
