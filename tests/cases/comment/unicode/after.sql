create table "Größe" (id integer primary key, "naïve column" text);
comment on table "Größe" is 'größer 🐘 как дела';
comment on column "Größe"."naïve column" is '漢字';
