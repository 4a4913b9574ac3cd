create type y0 as (f int); create table r4 (a y0, b y0[] not null);
