create extension postgres_fdw;
create server r foreign data wrapper postgres_fdw options (host 'a', dbname 'x');
create user mapping for role_a server r options (user 'u', password 'secret1');
create foreign table ft (id int options (column_name 'ID') not null, v text) server r options (table_name 'T');
create view fv as select id from ft;
alter foreign table ft add constraint c check (id > 0);
