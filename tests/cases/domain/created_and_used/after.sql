create domain public.email as text constraint looks check (value ~ '^[^@]+@[^@]+$') not null default 'nobody@example.org';
create table public.t (id int, email public.email);
