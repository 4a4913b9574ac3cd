create table public.t (id int primary key, g text, n numeric, at timestamptz, j jsonb);
