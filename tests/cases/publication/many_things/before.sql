create schema s;
create table s.a (id integer primary key, x text, y text);
create table s.b (id integer primary key);
create publication p for table s.a (id, x) where (id > 1), s.b with (publish = 'insert');
create publication q for all tables;
