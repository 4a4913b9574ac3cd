select k, a from x; select k, a from y;
