create schema shop;
create table public.orders (id serial primary key, state text check (state <> ''));
create index orders_state on public.orders (state);
create table public.lines (order_id int references public.orders);
create view public.v as select id from public.orders;
