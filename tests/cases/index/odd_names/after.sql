create table public."T" ("A" text, "b.c" int);
create index "Idx A" on public."T" ("A" desc, "b.c");
create index "idx""q" on public."T" (lower("A")) where "A" <> 'Ä''';
