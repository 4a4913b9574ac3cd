create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, headline = prsd_headline, lextypes = prsd_lextype);
create text search template t (init = dsimple_init, lexize = dsimple_lexize);
create text search dictionary d (template = t);
create text search configuration c (parser = p);
alter text search configuration c add mapping for word with d;
