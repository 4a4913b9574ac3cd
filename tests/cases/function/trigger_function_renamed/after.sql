create table t (id integer primary key, updated timestamptz);
create function set_updated() returns trigger language plpgsql as 'begin new.updated := now(); return new; end';
create trigger touch before update on t for each row execute function set_updated();
