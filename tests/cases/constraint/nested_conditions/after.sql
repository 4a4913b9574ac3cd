create table t (
  a int, b int, c text,
  constraint within check (a between 1 and 4 and b > 0),
  constraint outside check (a not between 1 and 4 or b between symmetric 2 and a or c is null),
  g boolean generated always as (a between 1 and 2 and (b between 0 and 1 and a = 2 or c = ') AND (')) stored
);
create function in_time(x int) returns boolean language sql immutable begin atomic select x between 1 and 3 and x <> 2; end;
create view v as select a from t where a between 1 and 4 and b > 0 and in_time(b);
create index i on t (a) where a between 1 and 4 and b > 0;
create policy p on t using (a between 1 and 4 and b > 0) with check (exists (select from v where v.a between 1 and 2 and v.a = b));
create rule r as on update to t where new.a between 1 and 4 and old.b = 1 do also delete from t where a between 1 and 2 and b = 3;
create trigger w before update on t for each row when (new.a between 1 and 4 and old.b = 1)
  execute function suppress_redundant_updates_trigger();
