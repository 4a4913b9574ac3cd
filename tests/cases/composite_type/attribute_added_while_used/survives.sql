select id, (p).a, (p).b from public.t;
