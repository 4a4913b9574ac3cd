create text search dictionary e (template = snowball, language = english);
create text search configuration c (copy = simple);
alter text search configuration c alter mapping for asciiword with e;
alter text search configuration c alter mapping for word with simple, e;
comment on text search dictionary e is 'new';
