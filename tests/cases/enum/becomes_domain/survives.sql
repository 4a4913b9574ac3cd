select s::text from public.t;
