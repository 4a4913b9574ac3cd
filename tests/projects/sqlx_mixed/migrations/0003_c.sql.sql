create table c(id int);
-- été
