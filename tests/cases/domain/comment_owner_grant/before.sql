create domain public.d as int constraint k check (value > 0);
