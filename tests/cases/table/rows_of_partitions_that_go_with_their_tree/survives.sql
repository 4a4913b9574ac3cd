select count(*) from p where id = 2;
