create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create table public.log (a int);

create table public.t (a int, b int);
create view public.v as select b, a from public.t;
create trigger i instead of insert on public.v for each row execute function public.f();
create view public.w as select a + 1 as a from public.t;
create rule r as on insert to public.w do instead insert into public.log values (new.a);
grant insert (a) on public.v to role_a;
