select * from l;
