select a, b from h;
