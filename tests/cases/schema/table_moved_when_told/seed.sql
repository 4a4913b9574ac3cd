insert into public.orders (state) values ('a');
insert into public.lines values (1);
