create function public.f() returns trigger language plpgsql as $$ begin return null; end $$;

create table public.a (id int primary key);
create table public.t (a int);
create constraint trigger k after insert on public.t deferrable initially deferred for each row execute function public.f();
