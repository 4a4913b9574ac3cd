create function rcmp(integer, integer) returns integer language sql immutable as 'select btint4cmp($2, $1)';
create table t (id integer primary key, n integer);
create operator class backwards for type integer using btree as operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 rcmp(integer, integer);
create index t_n on t (n backwards);
