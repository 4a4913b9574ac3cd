create table public."T" ("A" text);
create index "Idx A" on public."T" ("A");
