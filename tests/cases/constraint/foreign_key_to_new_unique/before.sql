create table public.a (id int primary key, code text, tag text);
create table public.b (code text, tag text);
