create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
