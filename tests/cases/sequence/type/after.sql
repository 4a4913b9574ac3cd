create sequence public.s as bigint;
create sequence public.t as int;
