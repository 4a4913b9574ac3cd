create table public.t (a int, gone text, b int);
create index on public.t (b);
create view public.v as select a, b from public.t;
alter table public.t drop column gone;
