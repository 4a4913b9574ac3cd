create schema "Up.Per";
create schema "with ""quote""";
create table "Up.Per"."t" ("a" int, "B" int);
create table "Up.Per"."T" ("a.b" int primary key);
create table "with ""quote"""."table" ("order" int references "Up.Per"."T", "x'y" text default 'it''s');
create index on "with ""quote"""."table" (lower("x'y"));
create schema "übung";
create view "übung"."straße" as select "order" as "Ordnung" from "with ""quote"""."table";
