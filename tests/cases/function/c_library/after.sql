create function touch() returns trigger language c as '$libdir/autoinc', 'autoinc';
create table t (id integer);
create trigger x before insert on t for each row execute function touch('id');
