create table t (id integer primary key, body text, tsv tsvector);
