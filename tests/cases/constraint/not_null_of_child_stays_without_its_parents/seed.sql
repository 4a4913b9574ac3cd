insert into d values (2); insert into e values (3); insert into f values (4);
