create table public.t (id int primary key, g text, n numeric, at timestamptz, j jsonb);
create view public.a as
  with c as (select g, sum(n) filter (where n > 0) as total from public.t group by grouping sets ((g), ()))
  select g, total, rank() over w as r from c window w as (partition by g order by total desc);
create view public.b as select distinct on (g) t.*, e.x from public.t, lateral jsonb_array_elements(j) as e(x) order by g, id;
create view public.c as select id, at at time zone 'UTC' as utc, extract(year from at) as y, case when n > 1 then 'x' else 'y' end as k from public.t;
create view public.d as values (1, 'a'), (2, 'b');
create view public.e as select a.id, b.id as other from public.t a full join public.t b on a.id = b.id + 1 where not exists (select from public.t where id = a.id);
create view public.f as select string_agg(g, ', ' order by g) as gs, percentile_cont(0.5) within group (order by n) as p from public.t;
