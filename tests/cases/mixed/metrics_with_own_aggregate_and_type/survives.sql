select id, v from samples;
