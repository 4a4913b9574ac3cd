create schema s;
create collation s.c from "C";
create table t (a text collate s.c);
