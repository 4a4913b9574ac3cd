create table public.t (id int primary key, qty int default 1, constraint qty_min check (qty > 0));
