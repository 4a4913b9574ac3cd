create collation c (locale = 'C');
create table t (id integer primary key, a text collate c);
