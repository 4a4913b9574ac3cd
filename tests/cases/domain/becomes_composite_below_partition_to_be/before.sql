create domain y0 as int; create table r4 (a y0, b y0[]); create table r2 (a int, c y0) partition by list (a)
