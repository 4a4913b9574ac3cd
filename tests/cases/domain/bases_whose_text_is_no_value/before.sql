create domain v as varchar(3);
create domain b as bool;
create domain s as text;
create domain ts as timestamp;
create table t (a v, b b, c s, d s[], e ts);
