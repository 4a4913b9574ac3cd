create table public.t (id int, other int);
create sequence public.s;
create sequence public.u owned by public.t.other;
create sequence public.w owned by public.t.other;
