create table t (id integer primary key);
grant select, maintain on t to role_a;
grant select, insert, update, delete, truncate, references, trigger on t to role_b;
