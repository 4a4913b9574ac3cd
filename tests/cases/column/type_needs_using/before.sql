create table public.t (id int primary key, a text, b text not null, c text, d text);
