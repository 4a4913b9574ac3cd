create sequence public.s;
create sequence public.t as int start 10 maxvalue 1000 cycle;
create sequence public.u increment by 2;
