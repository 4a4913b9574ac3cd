select id, tbl, op, at from audit order by 1;
select * from notes order by 1;
