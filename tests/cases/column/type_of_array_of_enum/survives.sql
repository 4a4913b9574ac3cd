select id, tags::text[] from public.t;
