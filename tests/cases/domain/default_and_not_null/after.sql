create domain public.a as text default 'it''s' not null;
create domain public.b as text default 'now';
create domain public.c as int;
