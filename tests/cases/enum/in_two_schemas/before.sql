create schema other;
create type public.state as enum ('a');
create type other.state as enum ('a', 'b');
create table public.t (s public.state, o other.state);
