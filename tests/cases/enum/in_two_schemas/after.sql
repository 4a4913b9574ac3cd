create schema other;
create type public.state as enum ('a', 'c');
create type other.state as enum ('b');
create table public.t (s other.state, o public.state);
