CREATE TABLE public.items (org_id text, id int, PRIMARY KEY (org_id, id));
