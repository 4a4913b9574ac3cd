create function one() returns integer language sql begin atomic select 1; end;
create function two() returns integer language sql begin atomic select one() + one(); end;
create view numbers as select one() as a, two() as b;
