create collation c from "C";
create table t (a text collate c);
