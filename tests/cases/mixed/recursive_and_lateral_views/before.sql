create table n (id int primary key, up int references n, name text);
create recursive view tree (id, path) as select id, name from n where up is null union all select n.id, tree.path || '/' || n.name from n join tree on n.up = tree.id;
create view agg as select t.id, x.c, row_number() over (partition by x.c order by t.id) rn from tree t cross join lateral (select count(*) c from n where n.up = t.id) x group by grouping sets ((t.id, x.c), (x.c));
