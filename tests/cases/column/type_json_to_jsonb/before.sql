create table public.t (id int primary key, a json, b json not null default '{}');
create function public.f(json) returns int language sql immutable as 'select 1';
create index t_a on public.t ((a ->> 'x'));
