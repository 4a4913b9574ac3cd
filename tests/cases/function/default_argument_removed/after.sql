create function page(size integer, start integer) returns text
    language sql as 'select size || '':'' || start';
