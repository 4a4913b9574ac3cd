select m from public.t;
