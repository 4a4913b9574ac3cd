create function whoami() returns text language sql as 'select current_user::text';
