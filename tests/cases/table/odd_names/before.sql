create table public."Order Items" ("Id" serial primary key, "user" text);
create table public."group" ("Id" int references public."Order Items");
