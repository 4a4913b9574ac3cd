create table public.t (a text, constraint "odd ""name""" check (a <> 'it''s'));
