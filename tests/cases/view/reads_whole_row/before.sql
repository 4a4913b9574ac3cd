create table public.t (a int, b int);
create view public.v as select t as whole from public.t;
create view public.w as select to_jsonb(t) as j from public.t;
