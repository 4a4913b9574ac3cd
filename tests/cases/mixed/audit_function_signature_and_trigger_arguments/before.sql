create table log (line text);
create table a (id integer primary key, v text);
create table b (id integer primary key, v text);
create function note() returns trigger language plpgsql as $$ begin insert into log values (tg_table_name); return null; end $$;
create trigger note after insert on a for each row execute function note();
create trigger note after insert on b for each row execute function note();
