create collation c (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table t (id integer primary key, a text collate c);
create index t_a on t (a);
