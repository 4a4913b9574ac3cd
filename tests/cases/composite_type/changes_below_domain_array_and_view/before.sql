create type public.c as (a int, b text);
create domain public.d as public.c;
create table public.t (c public.c[], d public.d);
create view public.v as select (c[1]).a, (d).b from public.t;
create index i on public.t (((c[1]).a));
