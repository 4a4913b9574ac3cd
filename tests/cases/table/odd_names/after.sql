create table public."Order Items" ("Id" serial primary key, "user" varchar(9), "Größe" int);
create table public."group" ("Id" bigint references public."Order Items", constraint "a 'check'" check ("Id" > 0));
create table public."a.b" ("c.d" int unique);
create table public."A" (id int);
create table public.a (id int);
create view public."View;--" as select "user" as "user""s" from public."Order Items";
comment on table public."a.b" is e'line one\nline two; -- ''no'' comment \\ $body$';
