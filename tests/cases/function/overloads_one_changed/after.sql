create function f(a integer) returns integer language sql as 'select a';
create function f(a text) returns text language sql as 'select a';
comment on function f(integer) is 'of integers';
create function f(a text, b text) returns text language sql strict as 'select b || a';
comment on function f(text, text) is 'of two';
