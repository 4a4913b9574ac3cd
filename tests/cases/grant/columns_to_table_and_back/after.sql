create table t (id integer primary key, a text);
grant select on t to role_a;
grant update (a) on t to role_b;
