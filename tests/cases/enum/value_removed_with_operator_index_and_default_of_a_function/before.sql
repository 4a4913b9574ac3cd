create type public.e as enum ('a', 'b', 'c');
create table public.t (x public.e default 'a', y public.e[] default array['a', 'b']::public.e[]);
create index i on public.t ((x > 'a'));
create index j on public.t (x) where x in ('a', 'b');
create function public.g(x public.e, y public.e[] default '{a}') returns boolean language plpgsql as $$ begin return x = any (y); end $$;
create aggregate public.agg (public.e) (sfunc = array_append, stype = public.e[], initcond = '{}');
create cast (public.e as int) with inout;
