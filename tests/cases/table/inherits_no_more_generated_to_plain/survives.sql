select a, g, h from r;
