create table t (a text[], b varchar(8)[], c text, d bit(4)[], e int);
