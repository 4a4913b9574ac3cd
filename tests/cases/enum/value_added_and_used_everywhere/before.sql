create function public.noop() returns trigger language plpgsql as $$ begin return new; end $$;

create type public.state as enum ('a');
create table public.t (id int, s public.state);
create function public.next(public.state) returns public.state language sql immutable as $$ select $1 $$;
