create foreign data wrapper w;
create server s version '1' foreign data wrapper w options (host 'a', port '1');
