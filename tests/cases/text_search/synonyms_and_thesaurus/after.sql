create text search dictionary syn (template = synonym, synonyms = synonym_sample, casesensitive = true);
create text search dictionary words (template = ispell, dictfile = ispell_sample, afffile = ispell_sample, stopwords = english);
create text search configuration c (copy = simple);
alter text search configuration c alter mapping for asciiword with syn, words, english_stem;
