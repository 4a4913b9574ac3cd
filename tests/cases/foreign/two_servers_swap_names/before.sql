create foreign data wrapper w;
create server a foreign data wrapper w options (host 'one');
create server b foreign data wrapper w options (host 'two');
create foreign table ta (id integer) server a;
create foreign table tb (id integer) server b;
