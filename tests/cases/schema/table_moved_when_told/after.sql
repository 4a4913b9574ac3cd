create schema shop;
create table shop.orders (id serial primary key, state text check (state <> ''));
create index orders_state on shop.orders (state);
create table public.lines (order_id int references shop.orders);
create view public.v as select id from shop.orders;
