alter schema public owner to role_a;
