create function first(a anyarray) returns anyelement language sql immutable strict as 'select a[1]';
create function pick(a anycompatible, b anycompatible) returns anycompatible language sql as 'select coalesce(a, b)';
