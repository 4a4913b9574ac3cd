create table public."Weird Name" ("Id" int primary key, "a.b" text, "select" int, "with ""quotes""" text, "ünïcode" int);
create index "Weird.Index" on public."Weird Name" ("a.b");
