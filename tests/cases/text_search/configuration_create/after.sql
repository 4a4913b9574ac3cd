create text search configuration mine (parser = "default");
alter text search configuration mine add mapping for asciiword, word with simple;
alter text search configuration mine add mapping for numword with english_stem, simple;
comment on text search configuration mine is 'mine';
