create function page(size integer default 20, start integer default 10) returns text
    language sql as 'select size || '':'' || start';
