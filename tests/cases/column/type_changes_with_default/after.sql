create table public.t (id int primary key, a int default 0, b text default 'one', c boolean default false not null);
