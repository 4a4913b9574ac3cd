select * from p order by 1;
select * from c order by 1;
