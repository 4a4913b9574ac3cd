select id, s from public.t;
