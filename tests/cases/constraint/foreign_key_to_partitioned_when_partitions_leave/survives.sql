select a, b, c from p;
select a,b from f;
