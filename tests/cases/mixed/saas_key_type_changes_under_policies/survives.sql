select * from orgs order by id;
select * from docs order by id;
