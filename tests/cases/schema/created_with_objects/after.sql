create table public.keep (id int);
create schema shop authorization role_a;
create type shop.state as enum ('a', 'b');
create table shop.orders (id int primary key, state shop.state default 'a');
create view shop.all_orders as select * from shop.orders;
create function shop.count_orders() returns bigint language sql as 'select count(*) from shop.orders';
comment on schema shop is 'the shop';
grant usage on schema shop to role_b;
