create table t (id integer primary key);
grant select, insert on t to role_a;
grant update on t to role_b, public;
