create table public.t (a int check (a > 0), b int, c text, constraint c_known check (c in ('x', 'y')));
