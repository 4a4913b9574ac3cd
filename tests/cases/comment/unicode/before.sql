create table "Größe" (id integer primary key, "naïve column" text);
