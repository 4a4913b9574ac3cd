create table public.t (a int);
create view public.v as select a from public.t where a > 0 with cascaded check option;
create view public.w as select a from public.t where a > 0;
create view public.x as select a from public.t where a > 1 with local check option;
