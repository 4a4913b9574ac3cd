create domain public.d as text check (value <> '');
create table public.t (id int primary key, d public.d default 'x', a public.d[]);
create view public.v as select d from public.t;
create index t_d on public.t (d);
create function public.f(public.d) returns public.d language sql as 'select $1';
