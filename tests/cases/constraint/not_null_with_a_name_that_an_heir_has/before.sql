create schema o;
create table o.r0 (d int not null);
create table public.r3 () inherits (o.r0);
