select setval('s', 77);
