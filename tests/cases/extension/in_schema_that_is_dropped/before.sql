create schema ext;
create extension citext schema ext;
create table public.t (id int, a ext.citext);
