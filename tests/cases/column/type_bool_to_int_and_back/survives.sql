select id, a::int, b::boolean from public.t;
