create function dist(a time, b time) returns float8 language sql immutable strict as 'select extract(epoch from (a - b))::float8';
create type timerange as range (subtype = time, subtype_diff = dist, multirange_type_name = timeranges);
create table t (during timerange, all_of timeranges);
