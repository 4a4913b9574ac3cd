create function longest(words text[]) returns integer language sql as 'select max(length(w)) from unnest(words) w';
