create sequence q;
create table t (id serial primary key);
grant select, update on sequence q to role_a;
grant usage on sequence t_id_seq to role_c;
