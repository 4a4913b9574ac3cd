select * from a;
select * from b;
select * from c;
select * from l;
