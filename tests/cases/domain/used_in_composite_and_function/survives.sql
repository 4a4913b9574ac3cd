select (c).v::int, l::int[] from public.t order by 1;
