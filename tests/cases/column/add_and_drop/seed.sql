insert into public.people values (1, 'Ada', '1815-12-10'), (2, 'Alan', null);
