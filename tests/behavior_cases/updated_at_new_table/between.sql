CREATE TABLE public.items (id int, updated_at timestamptz);
