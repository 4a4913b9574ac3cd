create table public.z (id int);
create view public.y as select id from public.z;
create view public.m as select id from public.y;
create view public.c as select id from public.m union select id from public.z;
create view public.a as select c.id from public.c join public.m using (id);
