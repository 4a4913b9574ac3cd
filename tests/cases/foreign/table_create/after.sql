create foreign data wrapper w;
create server s foreign data wrapper w;
create schema far;
create foreign table far.t (
    id integer options (column_name 'ID') not null,
    a text collate "C" default 'x',
    n numeric(6, 2) constraint positive check (n > 0),
    g text generated always as (upper(a)) stored
) server s options (schema_name 'x', table_name 'it''s');
comment on column far.t.a is 'remote';
grant select on far.t to role_a;
