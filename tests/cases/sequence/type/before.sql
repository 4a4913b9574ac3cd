create sequence public.s as smallint;
create sequence public.t as bigint;
