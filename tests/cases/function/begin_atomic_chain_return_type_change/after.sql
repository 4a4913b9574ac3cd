create function one() returns bigint language sql begin atomic select 1::bigint; end;
create function two() returns bigint language sql begin atomic select one() + one(); end;
create view numbers as select one() as a, two() as b;
