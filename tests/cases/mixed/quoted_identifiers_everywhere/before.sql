create schema "My App";
create table "My App"."Order" ("Id" integer primary key, "user" text, "from" date);
