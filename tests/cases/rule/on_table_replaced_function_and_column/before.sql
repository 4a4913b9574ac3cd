create table log (a text);
create function f(a text) returns text language sql as 'select a';
create table t (id integer primary key, a text);
create rule r as on update to t do also insert into log values (f(new.a));
