select id, p::text, l::text from public.t;
