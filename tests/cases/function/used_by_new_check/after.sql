create function is_email(v text) returns boolean language sql immutable as $$ select v like '%@%' $$;
create table t (id integer primary key, email text constraint email_valid check (is_email(email)));
