create table r1 (d timestamp, c timestamp generated always as (d) stored);
