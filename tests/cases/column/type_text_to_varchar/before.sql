create table public.t (id int primary key, a text, b varchar, c varchar(5));
