create extension btree_gist;
create table public.t (id int, during daterange, constraint u unique (id, during));
