select count(*) from p where x = 'a';
