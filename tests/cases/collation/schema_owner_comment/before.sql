create schema s;
create collation s.c from "C";
