create table public.t (id int, a text collate "C", b text, c varchar(20) collate "C");
create index t_a on public.t (a);
