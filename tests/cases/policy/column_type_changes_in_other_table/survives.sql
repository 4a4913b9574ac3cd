select * from members;
