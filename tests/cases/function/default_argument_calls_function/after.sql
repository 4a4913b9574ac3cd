create function default_size() returns integer language sql as 'select 20';
create function page(size integer default default_size()) returns integer language sql as 'select size';
