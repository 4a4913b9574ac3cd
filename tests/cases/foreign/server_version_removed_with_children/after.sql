create foreign data wrapper w;
create server s type 'new' foreign data wrapper w;
create foreign table t (id integer) server s;
create user mapping for role_a server s;
grant usage on foreign server s to role_b;
comment on server s is 'far';
