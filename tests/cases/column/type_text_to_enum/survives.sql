select id, state::text from public.t;
