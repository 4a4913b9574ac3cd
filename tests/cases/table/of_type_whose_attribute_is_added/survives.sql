select id, name from public.people;
