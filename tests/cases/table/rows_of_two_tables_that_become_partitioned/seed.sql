insert into q values (1,'a'),(2,'b');
insert into p values (7,1,7),(8,2,7);
insert into s values (8);
