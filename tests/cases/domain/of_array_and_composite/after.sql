create type public.pair as (a int, b int);
create domain public.p as public.pair check ((value).a > (value).b);
create domain public.l as int[] check (cardinality(value) < 9);
