create foreign data wrapper w;
create server a foreign data wrapper w options (host 'two');
create server b foreign data wrapper w options (host 'one');
create foreign table ta (id integer) server b;
create foreign table tb (id integer) server a;
