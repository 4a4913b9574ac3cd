select id, xs::text[], w::text[], es::int[] from public.t order by 1;
