create table public.nodes (id bigint primary key, parent bigint);
create recursive view public.tree (id, depth, path) as
  select id, 1, array[id] from public.nodes where parent is null
  union all select n.id, t.depth + 1, t.path || n.id from public.nodes n join tree t on n.parent = t.id;
