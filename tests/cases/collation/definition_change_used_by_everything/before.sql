create collation c (locale = 'POSIX');
create table t (id integer primary key, a text collate c, constraint a_low check (a < 'zz' collate c));
create index t_a on t (a collate c);
create domain d as text collate c;
create view v as select a collate c as a from t;
create type pair as (x text collate c);
create type texts as range (subtype = text, collation = c);
create function f(v text) returns boolean language sql begin atomic select v < 'x' collate c; end;
