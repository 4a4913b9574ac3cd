create domain y0 as time;
create table r5 (d y0, b int);
