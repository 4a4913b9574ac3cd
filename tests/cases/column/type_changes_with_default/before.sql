create table public.t (id int primary key, a text default '0', b int default 1, c text default 'no' not null);
