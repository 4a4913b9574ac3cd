insert into public."Weird Name" values (1, 'a', 2, 'q', 3);
