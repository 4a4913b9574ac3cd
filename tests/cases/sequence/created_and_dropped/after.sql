create sequence public.plain;
create sequence public.s as smallint increment by -2 minvalue -100 maxvalue 100 start with 50 cache 5 cycle;
