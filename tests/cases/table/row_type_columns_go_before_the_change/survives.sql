select x::int, y from public.a; select id from public.b;
