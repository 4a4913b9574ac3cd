create table public.orders (id serial primary key, customer text not null, address text);
create view public.v as select customer, address from public.orders;
