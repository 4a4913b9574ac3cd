create table lost (id int);
