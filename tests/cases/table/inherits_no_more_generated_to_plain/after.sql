create table r (a int, g int, h int, v text);
