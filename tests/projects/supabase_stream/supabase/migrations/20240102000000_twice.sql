create table late (id int);
