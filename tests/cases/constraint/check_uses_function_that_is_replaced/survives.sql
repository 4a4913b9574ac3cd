select a, b from public.t;
