create sequence public.s;
create sequence public.u;
