create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;

create table public.e (id int, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (100);
create table public.e_2 partition of public.e for values from (100) to (200);
create trigger t after insert or update of a on public.e for each row execute function public.f();
alter table public.e_1 disable trigger t;
