select * from auth.users;
