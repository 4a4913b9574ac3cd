insert into public.t values (1, row(1, 2), array[row(3, 4)]::public.pair[]);
