insert into orgs values (1, 'one'), (2, 'two');
insert into docs values (1, 1, 'a'), (2, 2, 'b');
