create table public.t (s date, e date, constraint k exclude using gist (daterange(s, e, '[]') with &&) where (s < e));
