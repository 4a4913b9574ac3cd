create function h1() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create language mine handler h1;
create function f() returns integer language mine as 'begin return 1; end';
create view v as select f() as f;
