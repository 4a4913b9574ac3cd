insert into public.grandchild values (1, 2, 'x');
