create domain public.a as text constraint needed not null;
