create table t (id integer primary key, a text, "B" text, c text);
grant select (a), update (a) on t to role_a;
grant select (c) on t to role_b;
