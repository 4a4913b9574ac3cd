create function public.noop() returns trigger language plpgsql as $$ begin return new; end $$;

create type public.state as enum ('a', 'b');
create table public.t (id int, s public.state, constraint k check (s <> 'b'), g boolean generated always as (s = 'b') stored);
create function public.next(public.state) returns public.state language sql immutable return 'b'::public.state;
alter table public.t enable row level security;
create policy p on public.t using (s = 'b');
create trigger r before update on public.t for each row when (new.s = 'b') execute function public.noop();
create domain public.d as public.state default 'b';
