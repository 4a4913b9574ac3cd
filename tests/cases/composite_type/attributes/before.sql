create type public.pair as (a int, b varchar(10), gone int);
