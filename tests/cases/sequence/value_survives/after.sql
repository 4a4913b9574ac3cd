create sequence public.s increment by 1 cache 20 maxvalue 5000;
