create table public.t (a int, b int);
create index i on public.t ((a + b), (a * b));
alter index public.i alter column 2 set statistics 300;
