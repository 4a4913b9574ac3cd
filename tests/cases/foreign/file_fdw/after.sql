create extension file_fdw;
create server files foreign data wrapper file_fdw;
create foreign table lines (line text options (force_not_null 'true')) server files options (filename '/dev/null', format 'csv');
