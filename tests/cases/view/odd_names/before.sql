create table public."T" ("Id" int, "select" text);
create view public."My View" as select "Id", "select" from public."T";
