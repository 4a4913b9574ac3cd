create text search dictionary d (template = snowball, language = german, stopwords = german);
create text search configuration c (parser = "default");
alter text search configuration c add mapping for asciiword with d, simple;
