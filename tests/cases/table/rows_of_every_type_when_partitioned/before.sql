create type e as enum ('a','b','c');
create table p (id bigserial primary key, x e default 'a', gone int, g int generated always as (id * 2) stored, i int generated always as identity);
create index on p (x);
create function tf() returns trigger language plpgsql as 'begin raise exception ''no''; end';
create trigger t before insert on p for each row execute function tf();
alter table p disable trigger t;
create materialized view mv as select id from p;
create view v as select * from p;
create table c (pid bigint references p, p2 bigint references p initially deferred);
