create schema "Up.Per";
create schema "select";
create table "Up.Per"."t" ("a" int);
