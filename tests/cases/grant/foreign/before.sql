create foreign data wrapper w;
create server srv foreign data wrapper w;
grant usage on foreign server srv to role_b;
