create text search configuration mine (copy = english);
alter text search configuration mine alter mapping for asciiword with simple;
alter text search configuration mine drop mapping for email, url;
