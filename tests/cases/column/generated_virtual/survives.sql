select a, c from public.t;
