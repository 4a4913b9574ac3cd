create sequence public.gone;
