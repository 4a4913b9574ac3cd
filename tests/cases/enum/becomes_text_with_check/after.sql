create table public.t (id int, s text not null default 'a' check (s in ('a', 'b')));
create index t_s on public.t (s);
