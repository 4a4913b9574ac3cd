create table public."T" ("Id" int, "select" text);
create view public."My View" as select "Id" as "i""d", "select" as "Ünï", 'it''s; -- not' as "a.b", e'\\d' as r from public."T";
create view public."other view" as select "i""d" as "ID" from public."My View";
