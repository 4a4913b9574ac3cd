create table public.a (id int primary key);
create table public.b (
  k1 int references public.a on delete set null,
  k2 int references public.a,
  k3 int references public.a on update cascade on delete set default,
  k4 int references public.a on delete restrict on update set null,
  k5 int references public.a on delete no action on update set default
);
