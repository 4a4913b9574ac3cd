select * from public.people;
