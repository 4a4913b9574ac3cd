select a, b, x from c; select z, a, b from only d; select b from e;
