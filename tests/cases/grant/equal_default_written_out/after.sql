create table t (id integer primary key);
create function f() returns integer language sql as 'select 1';
grant all on t to supabase_admin;
grant execute on function f() to public;
