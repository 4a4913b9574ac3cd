create table public.t (a int, b int check (b between 1 and 10), c text, constraint c_known check (c in ('x', 'y', 'z')), check (a < b));
