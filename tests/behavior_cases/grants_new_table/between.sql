CREATE TABLE public.items (id int);
