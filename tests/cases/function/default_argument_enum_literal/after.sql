create type mood as enum ('sad', 'ok', 'it''s fine');
create function feel(m mood default 'it''s fine', tags text[] default '{a,b}') returns text language sql as 'select m::text';
