create table public.t (id int primary key, a varchar(10), constraint a_short check (length(a) < 10));
create index t_a on public.t (lower(a)) where a is not null;
create index t_plain on public.t (a);
