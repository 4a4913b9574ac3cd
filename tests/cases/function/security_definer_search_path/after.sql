create function whoami() returns text language sql security definer set search_path = pg_catalog, public as 'select current_user::text';
