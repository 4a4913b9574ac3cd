insert into app.m values (gen_random_uuid(), 1, 'user');
insert into app.org values (1,'x');
