create function is_email(v text) returns boolean language sql immutable as $$ select v like '%@%' $$;
create domain email as text default lower('A@B') constraint email_valid check (is_email(value));
create table t (id integer primary key, e email);
