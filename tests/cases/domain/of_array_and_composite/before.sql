create type public.pair as (a int, b int);
create domain public.p as public.pair check ((value).a > 0);
create domain public.l as int[] check (array_length(value, 1) < 5);
