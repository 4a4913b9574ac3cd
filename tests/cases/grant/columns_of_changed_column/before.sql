create table t (id integer primary key, a integer, gone text);
grant select (a) on t to role_a;
grant select (gone) on t to role_a;
