create table t (a int, b int, c text);
create function in_time(x int) returns boolean language sql immutable begin atomic select x > 0; end;
create view v as select a from t where b > 0;
