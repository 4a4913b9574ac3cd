create table t (id integer primary key, a text, "B" text, c text);
grant select (id, "B"), update (a) on t to role_a;
grant references (id) on t to public;
grant insert (c) on t to role_b with grant option;
