create schema s;
create collation s.plain from "C";
create collation bytes (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
create table t (a text collate s.plain, b text collate bytes);
