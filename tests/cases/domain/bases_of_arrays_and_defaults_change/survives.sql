select a::int, b::int[], c, d, e::int, f, g, h::int from t;
