create table t (id bigint primary key, a text, b text);
create procedure p(v text) language sql begin atomic insert into t (id, a, b) values (1, v, v); end;
