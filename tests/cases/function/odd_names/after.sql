create schema "Weird Schema";
create table "Weird Schema"."Table" ("Id" integer primary key);
create function "Weird Schema"."do it!"("Arg One" "Weird Schema"."Table", "select" integer default 1) returns text language sql as 'select null::text';
comment on function "Weird Schema"."do it!"("Weird Schema"."Table", integer) is 'odd';
grant execute on function "Weird Schema"."do it!"("Weird Schema"."Table", integer) to role_a;
