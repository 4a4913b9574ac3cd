create table public.a (id int primary key);
create table public.b (
  k1 int references public.a on delete cascade,
  k2 int references public.a on delete set null,
  k3 int references public.a on update restrict,
  k4 int references public.a on delete restrict on update cascade,
  k5 int references public.a
);
