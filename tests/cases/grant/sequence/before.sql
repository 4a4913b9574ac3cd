create sequence q;
create table t (id serial primary key);
grant usage on sequence q to role_a;
grant all on sequence q to role_b;
