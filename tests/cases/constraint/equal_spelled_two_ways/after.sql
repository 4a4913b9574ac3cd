create table public.t (a int, b text, c int);
alter table public.t add constraint t_pkey primary key (a);
alter table public.t add constraint t_b_check check (b = any (array['x', 'y']));
alter table public.t add constraint t_c_fkey foreign key (c) references public.t (a) match simple on delete no action not deferrable;
