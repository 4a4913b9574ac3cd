create table public."Weird Name" (
  "Id" bigint primary key, "a.b" text not null default 'it''s', "select" bigint, "with ""quotes""" varchar(10), "ünïcode" int,
  "user" text, "order" int check ("order" > 0), "%s {0}" text, "back\slash" text, " leading" int, "$1" int
);
create index "Weird.Index" on public."Weird Name" ("a.b", "select" desc);
comment on column public."Weird Name"."a.b" is 'a "comment" with ''quotes'', \ and $$';
