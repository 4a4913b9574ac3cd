create table log (line text);
create table a (id integer primary key, v text);
create table b (id integer primary key, v text);
create function write_line(line text, level integer default 1) returns void language sql as 'insert into log values (line)';
create function note() returns trigger language plpgsql as $$ begin perform write_line(tg_table_name || tg_argv[0], 2); return null; end $$;
create trigger note after insert or update on a for each row execute function note('a');
create trigger note_statement after insert on b for each statement execute function note('b');
alter table b disable trigger note_statement;
