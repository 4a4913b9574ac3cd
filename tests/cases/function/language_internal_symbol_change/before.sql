create function lower_of(text) returns text language internal immutable strict as 'lower';
