create schema "My Schema";
create table "My Schema"."A Table" (id integer primary key, "Some Column" text);
create publication "My Pub" for table "My Schema"."A Table" (id, "Some Column");
