create view t as select 1 as a, 'x'::text as b;
create table u (x t[]);
