create table public.a (x int, y int, primary key (x, y));
create table public.b (
  x int, y int,
  constraint k1 foreign key (x, y) references public.a match full,
  constraint k2 foreign key (x, y) references public.a deferrable initially deferred,
  constraint k3 foreign key (x, y) references public.a
);
