insert into e values (1, 'a'), (20, 'b'); insert into f values (20)
