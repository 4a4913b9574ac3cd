create type e as enum ('a');
create cast (text as e) with inout as assignment;
create cast (e as text) with inout as implicit;
