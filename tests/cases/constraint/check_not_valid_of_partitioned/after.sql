create table r1 (part int not null, d bigint) partition by hash (part);
alter table r1 add constraint c check (d > 0) not valid;
create table r5 partition of r1 for values with (modulus 8, remainder 1);
