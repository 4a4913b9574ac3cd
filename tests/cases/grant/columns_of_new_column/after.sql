create table t (id integer primary key, a text);
grant select on t to role_b;
grant update (a) on t to role_a;
