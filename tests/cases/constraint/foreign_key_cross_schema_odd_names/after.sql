create schema "A.b";
create table "A.b"."T" ("I d" int primary key);
create table public.t (x int constraint "f k" references "A.b"."T" on delete cascade);
