create text search dictionary d (template = simple, stopwords = english);
create text search configuration c (copy = simple);
alter text search configuration c alter mapping for asciiword, word with d, english_stem;
