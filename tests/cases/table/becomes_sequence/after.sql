create sequence public.t;
