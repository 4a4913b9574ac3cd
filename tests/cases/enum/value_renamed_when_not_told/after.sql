create type public.state as enum ('opened', 'closed');
create table public.t (s public.state default 'closed');
