select x::int from public.a;
