select id, a, c, e, f, g, h from public.d;
