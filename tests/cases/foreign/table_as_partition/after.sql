create foreign data wrapper w;
create server s foreign data wrapper w;
create table t (id integer, day date) partition by range (day);
create foreign table t_old partition of t for values from ('2020-01-01') to ('2021-01-01') server s options (t 'old');
