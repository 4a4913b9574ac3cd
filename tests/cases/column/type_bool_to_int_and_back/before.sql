create table public.t (id int primary key, a boolean not null default true, b int default 0);
