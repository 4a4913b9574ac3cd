create extension postgres_fdw;
create foreign data wrapper w handler postgres_fdw_handler validator postgres_fdw_validator;
