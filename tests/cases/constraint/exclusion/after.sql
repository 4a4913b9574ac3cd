create extension btree_gist;
create table public.bookings (
  room int, during tstzrange, state text,
  constraint no_overlap exclude using gist (room with =, during with &&) where (state <> 'cancelled') deferrable initially deferred,
  exclude using btree (state with =)
);
