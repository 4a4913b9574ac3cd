insert into auth.users values ('00000000-0000-0000-0000-000000000001', 'a@b');
