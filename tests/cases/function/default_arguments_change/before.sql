create function page(size integer, start integer default 0) returns text
    language sql as 'select size || '':'' || start';
