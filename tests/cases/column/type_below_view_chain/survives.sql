select id, amount from public.t;
select * from public.v3;
