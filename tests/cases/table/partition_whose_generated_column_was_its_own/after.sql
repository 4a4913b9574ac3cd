create table r0 (part int not null, c varchar(8)[]) partition by range (part);
create table r1 partition of r0 default;
