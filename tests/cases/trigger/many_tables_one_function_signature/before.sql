create table a (id integer primary key, u timestamptz);
create table b (id integer primary key, u timestamptz);
create table c (id integer primary key, u timestamptz);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update on a for each row execute function touch();
create trigger touch before update on b for each row execute function touch();
