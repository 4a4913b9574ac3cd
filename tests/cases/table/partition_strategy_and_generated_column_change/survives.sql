select k, a from p order by k;
