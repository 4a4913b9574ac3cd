create table public.t (at timestamp(3) not null, day date generated always as (at::date) stored);
create index t_at on public.t (at desc);
create index t_day on public.t (date_trunc('hour', at));
