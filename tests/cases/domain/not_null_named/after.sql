create domain public.a as text constraint must not null;
