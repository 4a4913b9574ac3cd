create table public.t (id int primary key, quantity bigint not null default 10, constraint qty_min check (quantity > 0));
