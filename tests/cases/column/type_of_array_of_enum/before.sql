create type public.tag as enum ('a', 'b');
create table public.t (id int primary key, tags public.tag[] not null default '{}');
create index t_tags on public.t using gin (tags);
