insert into public.t values ('closed');
