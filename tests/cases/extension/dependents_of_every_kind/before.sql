create extension hstore;
create table public."T" (a int);
create index i on public."T" (a);
create materialized view public.m as select 1 as one;
create function public."F"(a int, b public."T") returns int language sql as 'select 1';
create procedure public.p() language sql as 'select 1';
create function public.t() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before insert on public."T" for each row execute function public.t();
