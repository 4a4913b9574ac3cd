create function my_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function my_inline(internal) returns void language c as '$libdir/plpgsql', 'plpgsql_inline_handler';
create trusted language mine handler my_handler inline my_inline;
comment on language mine is 'plpgsql again';
create function f() returns integer language mine as 'begin return 1; end';
grant usage on language mine to role_a;
