create table public.t (c date not null, a int, b text default 'x');
alter table public.t add constraint u unique (b);
alter table public.t add constraint k check (a > 0);
alter table public.t alter column c set statistics 100;
alter table public.t alter column a set statistics 100;
grant update (c), select (a) on public.t to role_a;
comment on column public.t.c is 'third';
comment on column public.t.a is 'first';
