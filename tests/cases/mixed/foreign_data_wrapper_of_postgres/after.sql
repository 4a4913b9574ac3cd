create extension postgres_fdw;
create server r type 'pg' version '15' foreign data wrapper postgres_fdw options (host 'b', port '5433');
create user mapping for role_a server r options (user 'u', password 'secret2');
create user mapping for public server r;
create foreign table ft (id bigint options (column_name 'id2') not null, v text collate "C" default 'z') server r options (table_name 'T2', schema_name 's');
create view fv as select id, v from ft;
alter foreign table ft add constraint c check (id > 1);
