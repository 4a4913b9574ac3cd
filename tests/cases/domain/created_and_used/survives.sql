select id, email::text from public.t;
