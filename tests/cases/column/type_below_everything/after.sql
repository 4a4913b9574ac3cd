create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;

create table public.t (
  id int primary key,
  k text not null default 'none',
  up text generated always as (upper(k)) stored,
  constraint k_known check (k <> '')
);
create unique index t_k on public.t (k);
create view public.v with (security_invoker = true) as select id, k from public.t where k <> 'x';
create materialized view public.m as select k, count(*) from public.v group by k;
create trigger k_changed after update of k on public.t for each row when (new.k <> old.k) execute function public.f();
alter table public.t enable row level security;
create policy p on public.t to role_a using (k = 'open');
grant select (k) on public.t to role_b;
comment on column public.t.k is 'the key';
