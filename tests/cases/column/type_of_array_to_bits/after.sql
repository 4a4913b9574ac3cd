create table t (a bit(4), b varbit, c bit(4)[], d text, e bit(4));
