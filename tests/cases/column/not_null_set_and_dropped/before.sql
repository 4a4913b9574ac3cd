create table public.t (id int primary key, a text, b text not null, c int not null default 3);
