select * from p order by 1;
select * from q order by 1;
select * from s;
