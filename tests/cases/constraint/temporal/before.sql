create extension btree_gist;
create table public.prices (id int, during daterange not null, primary key (id, during));
create table public.sales (id int, at daterange);
