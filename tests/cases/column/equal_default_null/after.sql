create table public.t (a text, b varchar, c int);
alter table public.t alter column b set default 'x';
alter table public.t alter column b drop default;
