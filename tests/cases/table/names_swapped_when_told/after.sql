create table public.b (id int, in_a int, constraint b_pkey primary key (id));
create table public.a (id int, in_b text, constraint a_pkey primary key (id));
