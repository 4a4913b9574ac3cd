create table t (b text, a bigint, c int);
create function g(x int) returns setof t begin atomic select * from t where a > x; end;
create procedure pr(inout n bigint) begin atomic insert into t (a, b) values (n, 'x'); select n + 1; end;
create function h() returns table (a bigint, q text) language sql begin atomic select g.a, g.b from g(1) g; end;
