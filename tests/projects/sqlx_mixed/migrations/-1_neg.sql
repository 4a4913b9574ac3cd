create table neg(id int);
