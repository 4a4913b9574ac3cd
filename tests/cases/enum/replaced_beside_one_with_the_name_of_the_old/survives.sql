SELECT * FROM felt;
