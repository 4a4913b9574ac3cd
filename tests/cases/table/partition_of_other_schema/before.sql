create schema parts;
create table public.e (id int primary key) partition by range (id);
create table parts.e_1 partition of public.e for values from (0) to (100);
