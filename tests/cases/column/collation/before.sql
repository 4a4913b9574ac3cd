create table public.t (id int, a text, b text collate "C", c varchar(10) collate "POSIX");
create index t_a on public.t (a);
