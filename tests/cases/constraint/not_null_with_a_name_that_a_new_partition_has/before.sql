create table r2 (part int not null) partition by list (part);
