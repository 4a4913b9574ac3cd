create table public.t (id int, other int);
create sequence public.s owned by public.t.id;
create sequence public.u;
create sequence public.w owned by public.t.id;
