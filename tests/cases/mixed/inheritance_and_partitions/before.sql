create table measures (id bigint, at date not null, v real, constraint v_valid check (v > 0));
create table measures_old () inherits (measures);
create index measures_at on measures (at);
create function newest() returns date language sql stable as 'select max(at) from measures';
create view recent as select * from measures where at = newest();
