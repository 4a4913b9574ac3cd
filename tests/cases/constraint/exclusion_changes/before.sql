create table public.t (a int4range, b int4range, constraint k exclude using gist (a with &&));
