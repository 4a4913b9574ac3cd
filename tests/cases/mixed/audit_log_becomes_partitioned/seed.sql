insert into a values (1, 'x');
insert into audit (tbl, op, at) values ('t', 'i', '2020-01-01');
insert into notes select id, at from audit;
