select "Id", "a.b", "select", "with ""quotes""", "ünïcode" from public."Weird Name";
