CREATE VIEW public.v AS SELECT public.a() AS n;
