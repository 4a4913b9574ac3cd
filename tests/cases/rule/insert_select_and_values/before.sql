create table t (id integer primary key, a text);
create table u (id integer, a text);
