create type public.state as enum ('open', 'closed');
create table public.t (s public.state default 'closed');
