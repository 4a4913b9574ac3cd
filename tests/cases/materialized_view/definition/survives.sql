select a from public.v;
