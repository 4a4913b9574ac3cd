create table measures (id bigint not null, at date not null, v double precision, unit text not null default 'C', constraint v_valid check (v > 0), primary key (id, at, unit)) partition by range (at);
create table measures_old partition of measures for values from (minvalue) to ('2024-01-01');
create table measures_2024 partition of measures for values from ('2024-01-01') to ('2025-01-01') partition by list (unit);
create table measures_2024_c partition of measures_2024 for values in ('C');
create index measures_at on measures (at);
create function newest() returns date language sql stable as 'select max(at) from measures';
create view recent as select id, at, v from measures where at = newest();
alter table measures enable row level security;
create policy p on measures using (at <= newest());
