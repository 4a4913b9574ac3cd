create table t (id integer primary key);
create function note() returns trigger language plpgsql as 'begin return null; end';
create trigger note after insert or update or delete on t for each row execute function note('a', 'it''s', '1');
create trigger note_all after truncate on t for each statement execute function note();
comment on trigger note on t is 'notes it';
