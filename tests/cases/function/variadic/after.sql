create function longest(variadic words text[]) returns integer language sql as 'select max(length(w)) from unnest(words) w';
create function fmt(pattern text, variadic args "any") returns text language internal stable as 'text_format';
