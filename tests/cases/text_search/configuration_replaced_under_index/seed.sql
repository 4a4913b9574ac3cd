insert into docs values (1, 'die Elefanten');
