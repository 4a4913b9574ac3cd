insert into public.e values (1, 'a');
insert into public.e_2 values (100, 'b');
