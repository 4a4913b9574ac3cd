select id, a ->> 'x' from public.t;
