create collation c (provider = icu, locale = 'de');
create table t (id integer primary key, a text collate c);
create index t_a on t (a);
