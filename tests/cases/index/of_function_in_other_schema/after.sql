create schema lib;
create function lib.norm(text, boolean default true) returns text language sql immutable as 'select lower($1)';
create table public.t (a text);
create unique index t_norm on public.t (lib.norm(a));
