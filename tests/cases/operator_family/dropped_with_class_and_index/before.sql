create operator family fam using btree;
create operator class cls for type integer using btree family fam as operator 1 <, operator 3 =, function 1 btint4cmp(integer, integer);
create table t (a integer);
create index t_a on t (a cls);
