create domain v as int;
create domain b as int;
create domain s as int;
create domain ts as date;
create table t (a v, b b, c s, d s[], e ts);
