select id, h from public.t;
