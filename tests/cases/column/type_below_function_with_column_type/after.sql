create table public.t (id bigint primary key);
create function public.f(public.t.id%type) returns int language sql as 'select 1';
