create text search configuration c (copy = english);
create table docs (id integer primary key, body text);
create index docs_body on docs using gin (to_tsvector('c', body));
