select id, born from public.people order by id;
