select a, c from x;
