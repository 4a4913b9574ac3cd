create table t (id integer primary key, body text, tsv tsvector);
create trigger same before update on t for each row execute function suppress_redundant_updates_trigger();
create trigger tsv before insert or update on t for each row execute function tsvector_update_trigger('tsv', 'pg_catalog.english', 'body');
