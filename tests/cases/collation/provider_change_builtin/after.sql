create collation c (provider = builtin, locale = 'C.UTF-8');
create table t (id integer primary key, a text collate c);
