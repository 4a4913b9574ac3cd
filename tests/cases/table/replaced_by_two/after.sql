create table public.customers (id bigint generated always as identity primary key, name text not null unique, address text);
create table public.orders (id serial primary key, customer_id bigint not null default 0 references public.customers deferrable);
create view public.v as select name as customer, address from public.orders join public.customers on customers.id = customer_id;
