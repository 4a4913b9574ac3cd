create function f() returns trigger language plpgsql as 'begin return new; end';
create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create foreign table ft (id integer) server far;
create trigger x before insert on ft for each row execute function f();
