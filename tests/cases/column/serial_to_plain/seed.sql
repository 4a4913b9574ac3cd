insert into public.t (a) values ('a'), ('b');
