create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id integer, a text) server s;
alter server s owner to role_a;
alter foreign table t owner to role_b;
grant select (a) on t to role_c;
