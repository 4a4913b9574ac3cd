create type public.state as enum ('new', 'done');
create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create table public.teams (id int primary key);
create table public.t (
  id bigint generated always as identity primary key,
  team int not null references public.teams on delete cascade,
  state public.state not null default 'new',
  name varchar(50) collate "C" check (name <> ''),
  up text generated always as (upper(name)) stored,
  made timestamptz not null default now(),
  unique (team, name)
);
create index on public.t (made desc);
create trigger touched before update on public.t for each row execute function public.touch();
alter table public.t enable row level security;
create policy p on public.t for select to role_a using (state = 'done');
grant select, insert on public.t to role_b;
comment on table public.t is 'all of it';
