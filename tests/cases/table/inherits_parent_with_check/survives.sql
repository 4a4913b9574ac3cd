select a, x from c;
