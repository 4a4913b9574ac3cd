create table rooms (id integer primary key, w numeric, h numeric);
alter table rooms enable row level security;
create function area(width numeric, height numeric) returns numeric language sql immutable as 'select width * height';
create view big_rooms as select id from rooms where area(w, h) > 20;
create policy big on rooms using (area(w, h) > 20);
create index rooms_area on rooms (area(w, h));
alter table rooms add constraint has_area check (area(w, h) > 0);
alter table rooms add column size numeric generated always as (area(w, h)) stored;
