create table a (id integer primary key, u timestamptz);
create table b (id integer primary key, u timestamptz);
create table c (id integer primary key, u timestamptz);
create schema private;
create function private.touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update on b for each row execute function private.touch();
create trigger touch before update on c for each row execute function private.touch('u');
