create function mycmp(integer, integer) returns integer language sql immutable as 'select btint4cmp($2, $1)';
create operator class back for type integer using btree as operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 mycmp(integer, integer);
