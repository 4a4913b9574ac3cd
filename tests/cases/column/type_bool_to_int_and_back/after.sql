create table public.t (id int primary key, a int not null default 1, b boolean default false);
