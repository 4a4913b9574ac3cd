select id from public.boxes;
