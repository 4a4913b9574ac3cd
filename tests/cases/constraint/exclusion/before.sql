create extension btree_gist;
create table public.bookings (room int, during tstzrange, state text);
