select * from p;
select * from f;
