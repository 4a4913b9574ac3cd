select count(*), count(c), count(g) from r3
