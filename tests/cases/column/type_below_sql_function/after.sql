create table public.t (id int primary key, a smallint);
create function public.total() returns bigint language sql stable begin atomic select sum(a) from public.t; end;
create function public.rows() returns setof public.t language sql stable as 'select * from public.t';
