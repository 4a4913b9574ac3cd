create table t (id integer primary key, a text);
create procedure p(v text) language sql begin atomic insert into t values (1, v); end;
