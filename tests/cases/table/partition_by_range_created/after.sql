create table public.events (id bigint generated always as identity, at date not null, kind text, primary key (id, at)) partition by range (at);
create table public.events_2024 partition of public.events for values from ('2024-01-01') to ('2025-01-01');
create table public.events_2025 partition of public.events for values from ('2025-01-01') to (maxvalue);
create table public.events_old partition of public.events default;
create index on public.events (kind);
