insert into tenants (name) values ('a'), ('b');
insert into users (tenant_id, email) values (1, 'x@a'), (2, 'y@b');
insert into projects (tenant_id, name) values (1, 'p'), (2, 'q');
