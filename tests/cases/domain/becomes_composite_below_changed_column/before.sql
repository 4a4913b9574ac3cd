create domain y0 as int; create table r4 (a y0 not null, b y0[])
