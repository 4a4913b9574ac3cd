create materialized view t as select 1 as id;
grant select on t to role_a, role_b;
