select k, g from x; select k, a, g from y;
