create table t (id integer primary key, updated timestamptz);
create function touch() returns trigger language plpgsql as 'begin new.updated := now(); return new; end';
create trigger touch before insert or update on t for each row execute function touch();
