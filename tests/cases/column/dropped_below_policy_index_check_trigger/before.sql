create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;

create table public.t (id int primary key, tenant int, a int, check (tenant > a));
create index on public.t (a, tenant);
alter table public.t enable row level security;
create policy p on public.t using (tenant = 1);
create trigger r before update of tenant on public.t for each row execute function public.f();
create view public.v as select a, tenant from public.t;
