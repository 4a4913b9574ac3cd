create table public.t (id int primary key, a varchar(50), b text, c text);
