create extension hstore;
comment on extension hstore is 'ours now';
