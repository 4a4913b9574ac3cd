create unlogged sequence public.s;
create sequence public.u;
alter sequence public.u owner to role_a;
grant usage on sequence public.u to role_b;
