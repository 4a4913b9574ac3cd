create text search dictionary d (template = simple, stopwords = english);
create text search configuration c (copy = english);
alter text search configuration c alter mapping for asciiword with d;
create table docs (id integer primary key, body text, tsv tsvector generated always as (to_tsvector('c', coalesce(body, ''))) stored);
create index docs_tsv on docs using gin (tsv);
create index docs_body on docs using gin (to_tsvector('c', body));
