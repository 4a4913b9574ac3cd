select id, a::text, b::text, c::jsonb, d::timestamptz from public.t;
