create function public.f() returns trigger language plpgsql as $$ begin return null; end $$;

create table public.a (id int primary key);
create table public.t (a int);
create constraint trigger k after insert or update of a on public.t from public.a deferrable for each row when (new.a > 0) execute function public.f();
create constraint trigger k2 after delete on public.t for each row execute function public.f();
comment on trigger k2 on public.t is 'second';
