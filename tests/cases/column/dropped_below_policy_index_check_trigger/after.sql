create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;

create table public.t (id int primary key, a int, check (a > 0));
create index on public.t (a);
alter table public.t enable row level security;
create policy p on public.t using (a = 1);
create trigger r before update on public.t for each row execute function public.f();
create view public.v as select a from public.t;
