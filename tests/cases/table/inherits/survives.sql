select id, a from public.c;
select id, a from only public.d;
