create type public.state as enum ('draft', 'sent');
create table public.t (id int primary key, state public.state not null default 'draft');
