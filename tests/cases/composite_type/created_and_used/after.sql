create type public.point3 as (x float8, y float8, z float8);
create table public.t (id int, at public.point3 default row(0, 0, 0)::public.point3, trail public.point3[]);
create function public.far(public.point3) returns boolean language sql as 'select ($1).x > 100';
