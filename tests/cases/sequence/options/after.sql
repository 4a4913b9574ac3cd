create sequence public.s as int increment by 5 minvalue 5 start 5 cache 10 cycle;
create sequence public.t as bigint;
create sequence public.u increment by -1;
