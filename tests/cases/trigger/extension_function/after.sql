create extension moddatetime;
create table t (id integer primary key, updated timestamp);
create trigger touch before update on t for each row execute function moddatetime('updated');
