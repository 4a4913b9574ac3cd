create extension btree_gist;
create table public.prices (id int, during daterange not null, primary key (id, during without overlaps));
create table public.sales (id int, at daterange, foreign key (id, period at) references public.prices (id, period during));
