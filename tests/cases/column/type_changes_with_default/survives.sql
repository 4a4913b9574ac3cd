select id, a::text, b::text, c::boolean from public.t;
