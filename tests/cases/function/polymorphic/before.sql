create function first(a anyarray) returns anyelement language sql immutable as 'select a[1]';
