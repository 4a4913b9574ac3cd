create function public.me() returns text language sql stable as $$ select current_user::text $$;

create table public.t (id int primary key, owner text not null);
alter table public.t enable row level security;
create policy own on public.t using (owner = public.me()) with check (owner = public.me());
