create foreign data wrapper w;
create server s foreign data wrapper w;
create user mapping for role_a server s options (user 'x', password 'y');
create user mapping for role_b server s;
