create table public.t (a int, b text default 'x', c date not null, constraint k check (a > 0), constraint u unique (b));
alter table public.t alter column a set statistics 100;
alter table public.t alter column c set statistics 100;
comment on column public.t.a is 'first';
comment on column public.t.c is 'third';
grant select (a), update (c) on public.t to role_a;
