create table log (a text);
create function f(a text) returns varchar language sql as 'select a::varchar';
create table t (id integer primary key, a varchar(20));
create rule r as on update to t do also insert into log values (f(new.a));
