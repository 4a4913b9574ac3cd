CREATE TABLE public.notes (id int, user_id text);
