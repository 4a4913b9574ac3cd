create type public.pair as (a bigint, b text, "New One" date);
