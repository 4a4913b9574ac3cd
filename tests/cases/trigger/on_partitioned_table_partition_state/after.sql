create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer, day date) partition by range (day);
create table t_2024 partition of t for values from ('2024-01-01') to ('2025-01-01');
create table t_2025 partition of t for values from ('2025-01-01') to ('2026-01-01');
create trigger x after insert on t for each row execute function f();
alter table t_2024 disable trigger x;
