create domain positive as bigint check (value > 0);
create function half(n positive) returns integer language sql as 'select (n / 2)::int';
