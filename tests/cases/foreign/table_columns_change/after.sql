create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id bigint options (column_name 'b', extra '1'), b text not null, c text options (k 'v') default 'y', new date) server s;
