-- pg-delta: transaction=false
create index concurrently on a (id);
