select x from c;
