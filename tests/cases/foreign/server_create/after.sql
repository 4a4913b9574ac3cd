create extension postgres_fdw;
create server far type 'pg' version '15' foreign data wrapper postgres_fdw options (host 'far', dbname 'x', port '5432');
create user mapping for public server far options (user 'guest');
create user mapping for role_a server far options (user 'ann', password 'it''s secret');
