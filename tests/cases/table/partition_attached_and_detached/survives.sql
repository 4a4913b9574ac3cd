select * from public.e_1;
select * from public.e_2;
