create table public.t (id int primary key, a text not null, b text, c int default 3);
