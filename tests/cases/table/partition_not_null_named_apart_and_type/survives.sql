select a, b from p;
