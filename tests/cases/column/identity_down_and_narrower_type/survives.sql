select * from c;
