-- no-transaction
create index concurrently on a(id);
