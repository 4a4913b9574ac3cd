create type mood as enum ('sad', 'ok', 'it''s fine');
create function feel(m mood) returns text language sql as 'select m::text';
