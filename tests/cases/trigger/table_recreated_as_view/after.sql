create function f() returns trigger language plpgsql as 'begin return new; end';
create view t as select 1 as id;
create trigger x instead of insert on t for each row execute function f();
