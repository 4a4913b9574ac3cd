select id, (a).x, l[1].x from public.b;
