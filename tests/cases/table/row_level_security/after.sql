create table public.a (id int);
alter table public.a enable row level security;
alter table public.a force row level security;
create table public.b (id int);
alter table public.b enable row level security;
create table public.c (id int);
