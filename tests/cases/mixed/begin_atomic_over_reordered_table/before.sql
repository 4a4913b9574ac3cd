create table t (a int, b text);
create function g(x int) returns setof t begin atomic select * from t where a = x; end;
create procedure pr(inout n int) begin atomic insert into t values (n, 'x'); select n + 1; end;
create function h() returns table (a int, q text) language sql begin atomic select g.a, g.b from g(1) g; end;
