select a from public.t;
