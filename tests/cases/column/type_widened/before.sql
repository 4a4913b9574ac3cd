create table public.t (id int primary key, a int, b varchar(10), c numeric(5, 2), d timestamp, e char(3));
