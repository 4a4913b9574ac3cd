create schema "Weird Schema";
create table "Weird Schema"."Table" ("Id" integer primary key);
create function "Weird Schema"."do it!"("Arg One" "Weird Schema"."Table") returns text language sql as 'select null::text';
