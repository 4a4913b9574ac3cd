create collation c (provider = icu, locale = 'en');
