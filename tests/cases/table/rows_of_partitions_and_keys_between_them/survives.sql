select * from a;
select * from b;
select * from l;
