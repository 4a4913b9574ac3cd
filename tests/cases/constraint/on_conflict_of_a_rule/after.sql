create table public.t (id int, a int, constraint t_u unique (id, a));
create table public.u (id int, a int);
create rule up as on insert to public.u do instead
  insert into public.t values (new.id, new.a) on conflict on constraint t_u do nothing;
