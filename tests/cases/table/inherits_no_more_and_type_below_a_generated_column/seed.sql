insert into r3 values ('[1,2)');
