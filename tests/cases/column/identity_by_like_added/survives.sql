select a from copy;
