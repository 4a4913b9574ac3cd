create table public.t (a text, constraint "odd ""name""" check (a <> e'back\\slash\nand line' and a !~ '^\d+$' and a not like '100\%;--'));
