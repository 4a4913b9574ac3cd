create table t (id integer primary key, a text);
grant select (a) on t to role_a;
grant update on t to role_b;
