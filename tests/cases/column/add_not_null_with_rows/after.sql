create table public.orders (id int primary key, state text not null default 'new', total numeric(10, 2) not null default 0);
