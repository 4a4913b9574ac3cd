create type e as enum ('a');
create cast (text as e) with inout;
